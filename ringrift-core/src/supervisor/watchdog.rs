//! The watchdog: an OS thread that sees what blocks a worker, because no task can.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    thread::{self, Thread},
    time::Duration,
};

use tokio::runtime::Handle;

use super::announce;
use crate::declaration::live::{
    attribution::{PollOf, polls_of},
    world::World,
};

/// The pace of its looks; for so long a worker that blocks can keep timers and I/O from the others.
const LOOK: Duration = Duration::from_millis(250);
/// A poll that is seen in so many looks in a row blocks its thread: a little over 3 s, so that it is
/// reported within 5.
const LOOKS: u32 = 13;

/// The running thread; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Watchdog(Thread);

impl Watchdog {
    /// Starts the thread of a runtime.
    pub(crate) fn start(world: &Arc<World>) -> std::io::Result<Self> {
        let weak = Arc::downgrade(world);
        let runtime = Handle::current();
        let builder = thread::Builder::new().name("ringrift-watchdog".into()).stack_size(256 * 1024);
        let handle = builder.spawn(move || watch(&weak, &runtime))?;
        Ok(Self(handle.thread().clone()))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.0.unpark();
    }
}

fn watch(world: &Weak<World>, runtime: &Handle) {
    let mut seen: HashMap<PollOf, (u32, u32)> = HashMap::new();
    loop {
        thread::park_timeout(LOOK);
        let Some(world) = world.upgrade() else { return };
        seen = look(&world, &seen);
        if !seen.is_empty() {
            // A worker that blocks may be the one that was to wait for timers and I/O. Anything
            // that is spawned from outside wakes another one, which then takes that over. Whether this
            // poll is a long one is not known yet, and the nudge costs less than to wait for that.
            runtime.spawn(std::future::ready(()));
        }
    }
}

/// One look: which polls go on, and for how many looks.
fn look(world: &World, before: &HashMap<PollOf, (u32, u32)>) -> HashMap<PollOf, (u32, u32)> {
    let now: HashMap<PollOf, (u32, u32)> = polls_of(world.number)
        .into_iter()
        .map(|(poll, daemon)| (poll, (daemon, before.get(&poll).map_or(1, |(_, looks)| looks + 1))))
        .collect();
    for (daemon, looks) in now.values() {
        if *looks == LOOKS {
            blocks(world, *daemon);
        }
    }
    for (poll, (daemon, looks)) in before {
        if *looks >= LOOKS && !now.contains_key(poll) {
            blocks_no_more(world, *daemon);
        }
    }
    now
}

fn blocks(world: &World, daemon: u32) {
    let record = world.record(daemon);
    let for_ms = LOOK.as_millis() as u64 * u64::from(LOOKS - 1);
    tracing::error!(
        daemon = record.ty.as_str(),
        for_ms,
        "blocks a worker thread; move the blocking call to `cx.spawn_blocking`"
    );
    let since = world.clock.now_ms().saturating_sub(for_ms).max(1);
    record.conditions.note(|found| found.blocking_ms = Some(since));
    announce::stalled(world, record, "a worker thread", for_ms);
    world.changed.notify_waiters();
}

fn blocks_no_more(world: &World, daemon: u32) {
    let record = world.record(daemon);
    record.conditions.note(|found| found.blocking_ms = None);
    tracing::info!(daemon = record.ty.as_str(), "does not block a worker thread any more");
    announce::recovered(world, record, "a worker thread");
    world.changed.notify_waiters();
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        sync::{Mutex, PoisonError},
        task::Poll,
    };

    use super::*;
    use crate::{
        Registry,
        builtin::events::DaemonStalled,
        declaration::live::attribution::{Attributed, Owner},
        prelude::*,
        runtime::Runtime,
    };

    type Heard = Arc<Mutex<Vec<(String, u64)>>>;

    /// Hears who stalls, and for how many milliseconds.
    #[crate::daemon(category = "misc", register = false)]
    struct Ear {
        #[inject]
        heard: Heard,
    }

    impl Daemon for Ear {}

    #[crate::handlers]
    impl Ear {
        #[on_event("DAEMON_STALLED")]
        async fn on_stalled(&self, event: &DaemonStalled, _cx: &Context<Self>) -> DaemonResult {
            self.heard.lock().unwrap_or_else(PoisonError::into_inner).push((event.daemon.clone(), event.for_ms));
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_poll_that_is_seen_at_every_look_for_three_seconds_blocks_its_thread() {
        let heard = Heard::default();
        let builder = Runtime::builder().registry(Registry::empty().with::<Ear>()).provide(Arc::clone(&heard));
        let runtime = builder.start().await.unwrap();
        runtime.started().await;
        let world = Arc::clone(runtime.world());
        let ear = Arc::clone(world.find(Ear::TYPE).unwrap());
        let is_blocking = || ear.conditions.found().blocking_ms.is_some();

        let mut seen = HashMap::new();
        let one_poll = poll_fn(|_| {
            let mut after_a_look = || {
                seen = look(&world, &seen);
                is_blocking()
            };
            Poll::Ready([(); LOOKS as usize + 1].map(|()| after_a_look()))
        });
        let looks = Attributed::new(Owner::new(world.number, ear.index), one_poll).await;
        assert_eq!(looks.iter().position(|is_blocking| *is_blocking), Some(LOOKS as usize - 1));
        look(&world, &seen);
        assert!(!is_blocking());
        runtime.shutdown().await;
        assert_eq!(*heard.lock().unwrap(), [("ear".to_owned(), 3_000)]);
    }
}
