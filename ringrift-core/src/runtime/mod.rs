//! Assembles a runtime, operates it, and shows it.

mod assemble;
mod audit;
pub(crate) mod builder;
mod current;
#[cfg(test)]
mod dags;
mod health_view;
pub(crate) mod launched;
pub mod letters;
mod needs;
mod observe;
mod operate;
mod overrides;
mod pauses;
mod phase;
#[cfg(feature = "store")]
mod replay;
mod rules;
mod section;
mod selection;
pub mod snapshot;
mod start_error;
#[cfg(feature = "store")]
mod storage;
#[cfg(test)]
mod tests;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
};

use tokio::sync::Notify;

#[cfg(feature = "store")]
pub use self::{
    audit::{AuditError, AuditRecord},
    replay::{Replay, ReplayError, Replayed},
};
pub use self::{
    builder::Builder,
    current::NoCurrentRuntime,
    operate::{Dependents, OperateError},
    overrides::check_config,
    section::RuntimeSection,
    selection::{SelectionError, profiles},
    start_error::StartError,
};
use self::{phase::PhaseCell, snapshot::Phase};
use crate::{
    declaration::{
        daemon::{Daemon, Handle},
        live::world::World,
        registry::Registry,
    },
    delivery::emit::{Emit, EmitError},
    nearest::nearest,
    supervisor::{Supervisor, Watchdog, shutdown},
    words::{
        daemon_type::DaemonType,
        event::{Envelope, Event},
    },
};

/// A running set of daemons. Clones are the same runtime; dropping the last ends its tasks without
/// an orderly stop, so call [`shutdown`](Self::shutdown).
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<Inner>,
}

struct Inner {
    world: Arc<World>,
    supervisor: Supervisor,
    registry: Registry,
    profile: Option<String>,
    config_file: Option<String>,
    phase: PhaseCell,
    /// Which daemons have a task.
    has_task: Box<[AtomicBool]>,
    /// Held while what an operator wishes is noted: so what is wanted of the daemons, and the phase, in
    /// which nothing is started any more, can't disagree.
    wishes: Mutex<()>,
    /// Held from the note in the store until the wish: two who disable and enable can't leave one thing
    /// there and the other here.
    disabling: tokio::sync::Mutex<()>,
    /// Deliveries that wait in the store for the next process, once the runtime has stopped.
    kept: AtomicU64,
    /// Ends an orderly stop before its time.
    at_once: Notify,
    _watchdog: Watchdog,
}

/// How the stop of a runtime went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopReport {
    /// The daemons that could not be stopped, each with what does not end. The process should end
    /// with exit code 70 then.
    pub leaked: Vec<(DaemonType, String)>,
    /// Deliveries that were still queued.
    pub undelivered: u64,
    /// Of those, how many wait in the store for the next process.
    pub kept: u64,
}

/// There is no event of that name, or the payload is not one of its kind.
#[derive(Debug, thiserror::Error)]
pub enum EmitNamedError {
    /// No event has that name or alias.
    #[error("no event is called `{name}`{}", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// The payload does not fit.
    #[error("the payload is not a `{event}`")]
    Payload {
        /// The event.
        event: &'static str,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// It was not published.
    #[error(transparent)]
    Emit(#[from] EmitError),
}

impl Runtime {
    /// A runtime of every daemon that is linked into the program.
    pub fn builder() -> Builder {
        Builder::new(Registry::collected())
    }

    /// Emits an event from outside every daemon.
    ///
    /// # Errors
    /// See [`EmitError`].
    ///
    /// # Cancel safety
    /// See [`Emit`].
    pub fn emit<E: Event>(&self, event: E) -> Emit<'_> {
        Emit::new(&self.inner.world.router, Envelope::from_outside(event))
    }

    /// Emits an event by its name or alias, with its payload as JSON; unknown fields are ignored.
    ///
    /// # Errors
    /// When there is no such event, or the payload does not fit it; and see [`EmitError`].
    ///
    /// # Cancel safety
    /// As that of [`Emit`].
    pub async fn emit_named(&self, name: &str, payload: serde_json::Value) -> Result<(), EmitNamedError> {
        let registry = &self.inner.registry;
        let meta = registry.event(name).ok_or_else(|| EmitNamedError::Unknown {
            name: name.to_owned(),
            nearest: nearest(name, registry.events().iter().map(|meta| meta.name)).map(str::to_owned),
        })?;
        let event = meta.decode(payload).map_err(|source| EmitNamedError::Payload { event: meta.name, source })?;
        Ok(Emit::new(&self.inner.world.router, event).await?)
    }

    /// A handle to a daemon of this runtime; `None` when it has no such daemon.
    pub fn handle<D: Daemon>(&self) -> Option<Handle<D>> {
        self.inner.world.handle()
    }

    /// Resolves when every selected daemon has settled for the first time: it is ready, has failed,
    /// or waits for one that has.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub async fn started(&self) {
        phase::settled(&self.inner.world).await;
        self.inner.phase.advance(Phase::Running);
    }

    /// Resolves with the daemon whose failure stops the process, and that failure.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub async fn escalated(&self) -> (DaemonType, String) {
        self.inner.until(|world| world.escalated.get().cloned()).await
    }

    /// Stops every daemon, dependents before their dependencies, within 25 s in all.
    ///
    /// Called again while it stops, or after, it waits for the same end.
    ///
    /// # Cancel safety
    /// Dropped, the daemons that were told to stop go on stopping; call it again to wait for them.
    pub async fn shutdown(&self) -> StopReport {
        let inner = &self.inner;
        inner.begin_stopping();
        let everything: Vec<u32> = (0..inner.world.records.len() as u32).collect();
        let budget = shutdown::STOP_BUDGET;
        let leaked = shutdown::stop(&inner.world, &everything, "the runtime stops", budget, &inner.at_once).await;
        inner.world.router.close();
        // What a leaked daemon has in hand comes back when its task ends.
        inner.supervisor.end_all().await;
        if let Some(journal) = &inner.world.router.journal {
            journal.close().await;
        }
        self.count_undelivered();
        let undelivered = inner.world.router.total().undelivered_at_stop;
        inner.phase.advance(Phase::Stopped);
        inner.world.changed.notify_waiters();
        tracing::info!(leaked = leaked.len(), undelivered, "the runtime has stopped");
        StopReport { leaked, undelivered, kept: inner.kept.load(SeqCst) }
    }

    /// Ends an orderly stop that is under way at once: the second Ctrl-C.
    pub fn stop_at_once(&self) {
        self.inner.at_once.notify_one();
    }

    fn count_undelivered(&self) {
        for mailbox in self.inner.world.router.mailboxes.iter().flatten() {
            // They wait for the next process.
            for (slot, waiting) in mailbox.slots.iter().zip(mailbox.close_store()) {
                slot.account.undelivered_at_stop.add(waiting);
                self.inner.kept.fetch_add(waiting, SeqCst);
            }
            for mail in mailbox.close() {
                match mail.letter {
                    Some(id) => self.inner.world.router.letters.cancel_retry(id),
                    None => {
                        mailbox.slots[usize::from(mail.slot)].account.undelivered_at_stop.add(1);
                        self.inner.kept.fetch_add(u64::from(mail.event.seq() != 0), SeqCst);
                    }
                }
            }
        }
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn world(&self) -> &Arc<World> {
        &self.inner.world
    }
}

impl Inner {
    /// Looks after every change until `look` finds something.
    async fn until<T>(&self, mut look: impl FnMut(&World) -> Option<T>) -> T {
        loop {
            let changed = self.world.changed.notified();
            if let Some(found) = look(&self.world) {
                return found;
            }
            changed.await;
        }
    }

    /// From now on nothing is started.
    fn begin_stopping(&self) {
        let _nobody_starts = self.wishes();
        self.phase.advance(Phase::Stopping);
    }

    fn wishes(&self) -> MutexGuard<'_, ()> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a daemon its task, once.
    fn ensure_task(&self, index: u32) {
        if !self.has_task[index as usize].swap(true, SeqCst) {
            self.supervisor.start_daemon(&self.world, self.world.record(index));
        }
    }
}
