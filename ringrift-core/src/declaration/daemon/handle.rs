//! Handles: a stable way to a daemon, whichever incarnation lives.

use std::{fmt, marker::PhantomData, ops::Deref, sync::Arc};

use thiserror::Error;

use super::bounds::Registered;
use crate::{
    declaration::live::record::Record,
    words::{daemon_type::DaemonType, state::State},
};

/// A way to daemon `D` that outlives its restarts.
pub struct Handle<D> {
    record: Arc<Record>,
    daemon: PhantomData<fn() -> D>,
}

impl<D> Clone for Handle<D> {
    fn clone(&self) -> Self {
        Self { record: Arc::clone(&self.record), daemon: PhantomData }
    }
}

impl<D> fmt::Debug for Handle<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({})", self.record.ty)
    }
}

/// The daemon has no living incarnation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("daemon `{daemon}` is not running: {state}")]
pub struct NotRunning {
    /// Which daemon.
    pub daemon: DaemonType,
    /// Its state, with the reason.
    pub state: State,
}

impl<D> Handle<D> {
    pub(crate) fn new(record: Arc<Record>) -> Self {
        Self { record, daemon: PhantomData }
    }
}

impl<D: Registered + Send + Sync + 'static> Handle<D> {
    /// The living incarnation. Drop it soon: a restart waits for it, within `stop_timeout`.
    ///
    /// # Errors
    /// When the daemon is not running.
    pub fn get(&self) -> Result<Ref<D>, NotRunning> {
        let not_running = || NotRunning { daemon: self.record.ty, state: self.record.state() };
        let daemon = self.record.instance::<D>().ok_or_else(not_running)?;
        Ok(Ref { daemon: Some(daemon), record: Arc::clone(&self.record) })
    }

    /// Where the daemon is in its life.
    pub fn state(&self) -> State {
        self.record.state()
    }

    /// Which daemon it leads to.
    pub fn daemon_type(&self) -> DaemonType {
        self.record.ty
    }
}

/// A living incarnation, borrowed.
pub struct Ref<D> {
    /// Taken in `drop` only, so that the count is down before the supervisor is woken.
    daemon: Option<Arc<D>>,
    record: Arc<Record>,
}

impl<D> Deref for Ref<D> {
    type Target = D;

    fn deref(&self) -> &D {
        self.daemon.as_ref().expect("taken by `drop` only")
    }
}

impl<D: fmt::Debug> fmt::Debug for Ref<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<D> Drop for Ref<D> {
    fn drop(&mut self) {
        drop(self.daemon.take());
        self.record.signals.wake();
    }
}
