//! The helper tasks of one incarnation: `cx.spawn` and `cx.spawn_blocking`.

use std::{
    future::Future,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::task::TaskTracker;

/// The tasks that belong to an incarnation, and end with it.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    aborts: Mutex<Vec<AbortHandle>>,
}

impl Tasks {
    fn aborts(&self) -> MutexGuard<'_, Vec<AbortHandle>> {
        self.aborts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let handle = self.tracker.spawn(task);
        let mut aborts = self.aborts();
        if aborts.len() == aborts.capacity() {
            aborts.retain(|abort| !abort.is_finished());
        }
        aborts.push(handle.abort_handle());
        handle
    }

    pub(crate) fn spawn_blocking<F, T>(&self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.tracker.spawn_blocking(work)
    }

    /// How many have not ended.
    pub(crate) fn len(&self) -> usize {
        self.tracker.len()
    }

    /// Resolves when all have ended.
    pub(crate) async fn ended(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Ends all that can be ended; blocking work can't.
    pub(crate) fn abort(&self) {
        self.aborts().drain(..).for_each(|abort| abort.abort());
    }
}
