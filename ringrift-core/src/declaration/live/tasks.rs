//! The helper tasks of one incarnation: `cx.spawn` and `cx.spawn_blocking`.

use std::{
    future::{Future, pending},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::task::TaskTracker;

/// The tasks that belong to an incarnation, and end with it.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    spawned: Mutex<Spawned>,
}

#[derive(Debug, Default)]
struct Spawned {
    aborts: Vec<AbortHandle>,
    /// Whether the incarnation has ended: a context that outlives it starts nothing any more.
    is_over: bool,
}

impl Tasks {
    fn spawned(&self) -> MutexGuard<'_, Spawned> {
        self.spawned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let mut spawned = self.spawned();
        if spawned.is_over {
            drop(spawned);
            return refused();
        }
        let handle = self.tracker.spawn(task);
        if spawned.aborts.len() == spawned.aborts.capacity() {
            spawned.aborts.retain(|abort| !abort.is_finished());
        }
        spawned.aborts.push(handle.abort_handle());
        handle
    }

    pub(crate) fn spawn_blocking<F, T>(&self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let spawned = self.spawned();
        if spawned.is_over {
            drop(spawned);
            return refused();
        }
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
        self.spawned().aborts.drain(..).for_each(|abort| abort.abort());
    }

    /// Ends all that can be ended, and refuses what comes later.
    pub(crate) fn close(&self) {
        self.spawned().is_over = true;
        self.abort();
    }
}

/// The handle of a task that was cancelled before it began.
#[expect(clippy::disallowed_methods, reason = "it is never polled, so there is nothing to belong to an incarnation")]
fn refused<T: Send + 'static>() -> JoinHandle<T> {
    let handle = tokio::spawn(pending());
    handle.abort();
    handle
}
