//! The watchdog: an OS thread that sees what blocks a worker, because no task can.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    thread::{self, Thread},
    time::Duration,
};

use super::announce;
use crate::declaration::live::{
    attribution::{PollOf, polls_of},
    world::World,
};

/// The pace of its looks.
const LOOK: Duration = Duration::from_secs(1);
/// A poll that is seen in so many looks in a row blocks its thread: 3 to 4 s, so that it is
/// reported within 5.
const LOOKS: u32 = 4;

/// The running thread; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Watchdog(Thread);

impl Watchdog {
    /// Starts the thread of a runtime.
    pub(crate) fn start(world: &Arc<World>) -> std::io::Result<Self> {
        let weak = Arc::downgrade(world);
        let builder = thread::Builder::new().name("ringrift-watchdog".into()).stack_size(256 * 1024);
        let handle = builder.spawn(move || watch(&weak))?;
        Ok(Self(handle.thread().clone()))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.0.unpark();
    }
}

fn watch(world: &Weak<World>) {
    let mut seen: HashMap<PollOf, (u32, u32)> = HashMap::new();
    loop {
        thread::park_timeout(LOOK);
        let Some(world) = world.upgrade() else { return };
        seen = look(&world, &seen);
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
    record.conditions.lock().blocking_ms = Some(world.clock.now_ms().saturating_sub(for_ms).max(1));
    announce::stalled(world, record, "a worker thread", for_ms);
    world.changed.notify_waiters();
}

fn blocks_no_more(world: &World, daemon: u32) {
    let record = world.record(daemon);
    record.conditions.lock().blocking_ms = None;
    tracing::info!(daemon = record.ty.as_str(), "does not block a worker thread any more");
    announce::recovered(world, record, "a worker thread");
    world.changed.notify_waiters();
}
