//! The daemons of the victim.

use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    disk::FAILS_AT_FIRST,
    files::{Folder, Item, Lines},
};

/// How long a slow handler takes.
const SLOW: std::time::Duration = std::time::Duration::from_millis(4);

/// Work to do.
#[event("CRASH_WORK", external, durable)]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Work(pub Item);

/// Work that was done.
#[event("CRASH_DONE", durable)]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Done(pub Item);

/// A transient event, which must go on whatever happens to the store.
#[event("CRASH_TICK", external)]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Tick;

/// Whether the first run for such a work fails.
pub(super) const fn fails_at_first(number: u64) -> bool {
    number % 16 == FAILS_AT_FIRST
}

/// Makes the effect of each work once, and says that it is done. Every 16th fails at its first run.
#[daemon(category = "misc", emits = [Done], register = false)]
pub struct Worker {
    #[inject]
    folder: Folder,
    failed: std::sync::Mutex<std::collections::HashSet<Item>>,
}
impl Daemon for Worker {}

#[handlers]
impl Worker {
    #[on_event("CRASH_WORK")]
    async fn on_work(&self, work: &Work, cx: &Context<Self>) -> DaemonResult {
        self.folder.add(Lines::Begun, work.0)?;
        cx.once("effect", || async { self.folder.add(Lines::Effect, work.0) }).await?;
        cx.emit(Done(work.0)).await?;
        let is_first =
            fails_at_first(work.0.number) && self.failed.lock().is_ok_and(|mut failed| failed.insert(work.0));
        if is_first { Err("every 16th fails at first".into()) } else { Ok(()) }
    }
}

/// Handles several at once, some of them slowly, with a mailbox that is soon full: what it is owed waits in the store.
#[daemon(category = "misc", concurrency = 4, mailbox = 8, register = false)]
pub struct Beside {
    #[inject]
    folder: Folder,
}
impl Daemon for Beside {}

#[handlers]
impl Beside {
    // In a store that is older than it, it is owed what is there.
    #[on_event("CRASH_WORK", from = "oldest")]
    async fn beside_others(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
        if work.0.number.is_multiple_of(4) {
            tokio::time::sleep(SLOW).await;
        }
        Ok(self.folder.add(Lines::Beside, work.0)?)
    }
}

/// Keeps what was done.
#[daemon(category = "misc", register = false)]
pub struct Follower {
    #[inject]
    folder: Folder,
    ticks: std::sync::atomic::AtomicU64,
}
impl Daemon for Follower {}

#[handlers]
impl Follower {
    #[on_event("CRASH_DONE")]
    async fn on_done(&self, done: &Done, _cx: &Context<Self>) -> DaemonResult {
        Ok(self.folder.add(Lines::Followed, done.0)?)
    }

    #[on_event("CRASH_TICK")]
    async fn on_tick(&self, _tick: &Tick, _cx: &Context<Self>) -> DaemonResult {
        self.ticks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }
}
