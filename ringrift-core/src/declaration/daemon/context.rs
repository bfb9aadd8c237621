//! What a daemon sees of the runtime it lives in.

use std::{future::Future, marker::PhantomData, sync::Arc, time::Duration};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

#[cfg(feature = "store")]
use super::state::{StoredState, UNNAMED};
use super::{
    bounds::{DependsOn, EmittedBy, Registered},
    handle::Handle,
};
use crate::{
    declaration::live::incarnation::Life,
    delivery::{
        emit::{Emit, EmitError},
        journal::Origin,
        mail::Mail,
        mailbox::Mailbox,
    },
    words::{
        daemon_type::DaemonType,
        event::{Envelope, Event, EventId, Transient},
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
    /// Whether that is a replay.
    is_replay: bool,
    /// What it emits comes from, while it handles an event of the store.
    origin: Option<Arc<Origin>>,
    daemon: PhantomData<fn() -> D>,
}

impl<D> Clone for Context<D> {
    fn clone(&self) -> Self {
        Self {
            life: Arc::clone(&self.life),
            hops: self.hops,
            event: self.event,
            is_replay: self.is_replay,
            origin: self.origin.clone(),
            daemon: PhantomData,
        }
    }
}

impl<D> Context<D> {
    pub(crate) fn new(life: Arc<Life>) -> Self {
        Self { life, hops: 0, event: None, is_replay: false, origin: None, daemon: PhantomData }
    }

    pub(crate) fn life(&self) -> &Arc<Life> {
        &self.life
    }

    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.origin.as_deref()
    }

    /// Makes this the context of a delivery: what the handler emits is one hop further.
    #[inline]
    pub(crate) fn enter(&mut self, mailbox: &Mailbox, mail: &Mail) {
        self.hops = mail.event.hops.saturating_add(1);
        self.event = Some(mail.event.id);
        self.is_replay = mail.event.is_replay();
        let is_stored = mail.is_stored();
        if is_stored || self.origin.is_some() {
            self.origin = is_stored.then(|| self.origin_of(mailbox, mail)).flatten();
        }
    }

    #[cold]
    fn origin_of(&self, mailbox: &Mailbox, mail: &Mail) -> Option<Arc<Origin>> {
        let journal = self.life.world.router.journal.as_ref()?;
        Some(journal.origin(self.life.record.index, mail.slot, mailbox, &mail.event))
    }

    /// Emits an event that the daemon lists in `emits`.
    ///
    /// Awaited, it waits only for full mailboxes, 5 s at most; with a durable event, for the disk instead.
    ///
    /// # Errors
    /// See [`EmitError`].
    ///
    /// # Cancel safety
    /// See [`Emit`].
    #[inline]
    pub fn emit<E: EmittedBy<D>>(&self, event: E) -> Emit<'_> {
        Emit::new(&self.life.world.router, self.envelope(event)).within(self.origin.clone())
    }

    /// Emits without waiting: a delivery that finds a full mailbox becomes a dead letter at once. A
    /// durable event is emitted with [`emit`](Self::emit), which waits for the disk.
    ///
    /// # Errors
    /// See [`EmitError`].
    pub fn try_emit<E: EmittedBy<D> + Transient>(&self, event: E) -> Result<(), EmitError> {
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

    /// What this daemon keeps in the store: over restarts, and over processes with the same data folder.
    ///
    /// ```
    /// # use ringrift_core::{prelude::*, StateError};
    /// # use serde::{Deserialize, Serialize};
    /// #[derive(Default, Serialize, Deserialize)]
    /// #[serde(default)]
    /// struct Cursor {
    ///     last_file: String,
    /// }
    ///
    /// # #[daemon(category = "misc", register = false)]
    /// # struct Reader;
    /// # impl Daemon for Reader {}
    /// # async fn cycle(cx: &Context<Reader>) -> Result<(), StateError> {
    /// let cursor: Cursor = cx.state().load().await?;
    /// cx.state().save(&Cursor { last_file: cursor.last_file + ".next" }).await?;
    /// cx.state().update(|cursor: &mut Cursor| cursor.last_file.clear()).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "store")]
    pub fn state<T>(&self) -> StoredState<T> {
        self.state_named(UNNAMED)
    }

    /// The same, for a daemon that keeps more than one value.
    #[cfg(feature = "store")]
    pub fn state_named<T>(&self, name: &'static str) -> StoredState<T> {
        StoredState::new(self.life.world.router.journal.clone(), self.origin.clone(), self.life.record.ty, name)
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

    /// Whether the event that is being handled is a copy of an earlier one: see `Runtime::replay`.
    pub fn is_replay(&self) -> bool {
        self.is_replay
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
