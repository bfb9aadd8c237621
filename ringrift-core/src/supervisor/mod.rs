//! Floor 4: the only spawner. One task a daemon, one ticker and one watchdog thread a runtime.
//!
//! A daemon's task goes through its whole life: it waits for the dependencies, builds an
//! incarnation, runs its hooks, ends it, and decides by the restart policy what comes next. What it
//! can't see itself, because it may be the one that hangs, the ticker and the watchdog see.
//! Rejected: a task for the cycle and another for the mail of each daemon, which costs five times
//! the memory; and one supervising task for all, which is slow to answer for everybody at once.

mod announce;
mod child;
mod cycles;
mod dependencies;
mod ending;
mod failures;
pub(crate) mod health;
mod hooks;
mod in_life;
mod mail;
mod pace;
mod pauses;
pub(crate) mod shutdown;
mod start;
mod ticker;
pub(crate) mod transition;
mod watchdog;
pub(crate) mod wishes;
mod work;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::task::JoinHandle;

pub(crate) use self::{
    dependencies::{describe as describe_dependency, missing as missing_dependencies},
    watchdog::Watchdog,
};
use crate::declaration::live::{record::Record, world::World};

/// How long aborted tasks have to come to their next await.
const AFTER_ABORT: Duration = Duration::from_secs(1);
/// The least that each hook of the end gets, however long it took what was before it.
const LEAST_FOR_A_HOOK: Duration = Duration::from_secs(1);

/// The tasks of a runtime: the ticker, and one a daemon, each of which lasts as long as the runtime.
/// A list of handles, because a `JoinSet` costs an allocation for each of them.
#[derive(Debug)]
pub(crate) struct Supervisor {
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Supervisor {
    pub(crate) fn of(world: &World) -> Self {
        Self { tasks: Mutex::new(Vec::with_capacity(world.records.len() + 1)) }
    }

    /// Starts the ticker.
    pub(crate) fn start_ticker(&self, world: &Arc<World>) {
        self.spawn(ticker::run(Arc::downgrade(world)));
    }

    /// Starts the task of a daemon.
    pub(crate) fn start_daemon(&self, world: &Arc<World>, record: &Arc<Record>) {
        self.spawn(child::run(Arc::clone(world), Arc::clone(record)));
    }

    #[expect(clippy::disallowed_methods, reason = "this is the supervisor")]
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.lock().push(tokio::spawn(task));
    }

    /// Ends every task, and waits until what they hold is given back. A task that blocks its thread
    /// goes on until it awaits, and is not waited for longer than [`AFTER_ABORT`].
    pub(crate) async fn end_all(&self) {
        let tasks = std::mem::take(&mut *self.lock());
        tasks.iter().for_each(JoinHandle::abort);
        // The end of an aborted task is all there is to hear of it.
        let ended = async {
            for task in tasks {
                _ = task.await;
            }
        };
        _ = tokio::time::timeout(AFTER_ABORT, ended).await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Supervisor {
    /// A handle that is dropped lets its task go on for ever.
    fn drop(&mut self) {
        self.lock().iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::mpsc};

    use futures_util::poll;
    use tokio::{sync::Notify, task::spawn_blocking, time::advance};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tasks_that_do_not_end_are_waited_for_a_second() {
        let (let_go, held) = mpsc::channel::<()>();
        let begun = Arc::new(Notify::new());
        let begins = Arc::clone(&begun);
        let stuck = spawn_blocking(move || {
            begins.notify_one();
            _ = held.recv();
        });
        // One that is only queued would be aborted.
        begun.notified().await;
        let supervisor = Supervisor { tasks: Mutex::new(vec![stuck]) };
        let mut ended = pin!(supervisor.end_all());
        assert!(poll!(ended.as_mut()).is_pending());
        advance(Duration::from_millis(999)).await;
        assert!(poll!(ended.as_mut()).is_pending());
        advance(Duration::from_millis(1)).await;
        assert!(poll!(ended).is_ready());
        drop(let_go);
    }
}
