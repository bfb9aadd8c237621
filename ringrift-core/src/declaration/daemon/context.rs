//! What a daemon sees of the runtime it lives in.

use std::{future::Future, marker::PhantomData, sync::Arc, time::Duration};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    bounds::{DependsOn, EmittedBy, Registered},
    handle::Handle,
};
use crate::{
    declaration::live::incarnation::Life,
    delivery::emit::{Emit, EmitError},
    words::{
        daemon_type::DaemonType,
        event::{Envelope, Erased, Event, EventId},
        stats::DaemonStats,
    },
};

/// The way of daemon `D` to the runtime, its events and its neighbours. Cheap to clone, `'static`.
pub struct Context<D> {
    life: Arc<Life>,
    /// How many handlers led here.
    hops: u8,
    /// The event that is being handled.
    event: Option<EventId>,
    daemon: PhantomData<fn() -> D>,
}

impl<D> Clone for Context<D> {
    fn clone(&self) -> Self {
        Self { life: Arc::clone(&self.life), hops: self.hops, event: self.event, daemon: PhantomData }
    }
}

impl<D: Registered + 'static> Context<D> {
    pub(crate) fn new(life: Arc<Life>) -> Self {
        Self { life, hops: 0, event: None, daemon: PhantomData }
    }

    pub(crate) fn life(&self) -> &Arc<Life> {
        &self.life
    }

    /// Makes this the context of a delivery: what the handler emits is one hop further.
    #[inline]
    pub(crate) fn enter(&mut self, event: &Erased) {
        self.hops = event.hops.saturating_add(1);
        self.event = Some(event.id);
    }

    /// Emits an event that the daemon lists in `emits`.
    ///
    /// Awaited, it waits only for full mailboxes, 5 s at most.
    ///
    /// # Errors
    /// See [`EmitError`].
    ///
    /// # Cancel safety
    /// See [`Emit`].
    #[inline]
    pub fn emit<E: EmittedBy<D>>(&self, event: E) -> Emit<'_> {
        Emit::new(&self.life.world.router, self.envelope(event))
    }

    /// Emits without waiting: a delivery that finds a full mailbox becomes a dead letter at once.
    ///
    /// # Errors
    /// See [`EmitError`].
    pub fn try_emit<E: EmittedBy<D>>(&self, event: E) -> Result<(), EmitError> {
        self.life.world.router.publish(self.envelope(event)).map(drop)
    }

    #[inline]
    fn envelope<E: Event>(&self, event: E) -> Arc<Envelope<E>> {
        Envelope::new(event, self.life.record.index, self.hops, self.event)
    }

    /// Runs a helper task that belongs to this daemon: it is told to stop, and ended, with it.
    ///
    /// A panic in it is an error of the daemon, and the `JoinHandle` has it too. What `on_exit` spawns
    /// is aborted when that returns. A context that outlives its incarnation spawns nothing: the task
    /// is dropped, and its `JoinHandle` says that it was cancelled.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.life.spawn(task)
    }

    /// Runs blocking work on tokio's blocking pool. It can't be cancelled: check
    /// [`shutdown`](Self::shutdown) in it, or the daemon is `Leaked` when it stops. Once the incarnation
    /// has ended, the work is not begun, as with [`spawn`](Self::spawn).
    pub fn spawn_blocking<F, T>(&self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.life.spawn_blocking(work)
    }

    /// A handle to a daemon that this one depends on, or wants.
    pub fn daemon<T: Registered + 'static>(&self) -> Handle<T>
    where
        D: DependsOn<T::Node<()>>,
    {
        self.life
            .world
            .handle::<T>()
            .expect("a dependency is in the same registry, or the runtime would not have started")
    }

    /// Asks for a cycle as soon as the one under way, if any, has ended. Requests coalesce.
    pub fn request_cycle(&self) {
        self.life.record.request_cycle();
    }

    /// Says that the hook under way is alive, however long it takes: see `stall_after`.
    ///
    /// A service's `runner` is watched from its first heartbeat on.
    pub fn heartbeat(&self) {
        self.life.record.heartbeat(self.life.world.clock.now_ms());
    }

    /// Cancelled when this incarnation must end.
    pub fn shutdown(&self) -> &CancellationToken {
        self.life.token()
    }

    /// The daemon's counters, over all its incarnations.
    pub fn stats(&self) -> DaemonStats {
        self.life.record.stats()
    }

    /// How long this incarnation lives.
    pub fn uptime(&self) -> Duration {
        Duration::from_millis(self.life.world.clock.now_ms().saturating_sub(self.life.born_ms))
    }

    /// Which daemon this is.
    pub fn daemon_type(&self) -> DaemonType {
        self.life.record.ty
    }

    /// The number of this incarnation, counted from 1.
    pub fn incarnation(&self) -> u32 {
        self.life.incarnation
    }

    /// The event that is being handled; `None` outside a handler.
    pub fn event_id(&self) -> Option<EventId> {
        self.event
    }
}

impl<D: Registered + Send + Sync + 'static> Context<D> {
    /// The daemon itself, for `'static` tasks.
    ///
    /// # Panics
    /// Inside `init = path`, before there is one.
    pub fn this(&self) -> Arc<D> {
        self.life.instance().expect("`this` is called by a daemon that has been built")
    }
}
