//! Where the whole runtime is in its life.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::SeqCst},
    },
};

use super::snapshot::Phase;
use crate::{
    declaration::live::{record::Record, world::World},
    words::state::StateName,
};

/// The phase, which only ever advances.
#[derive(Debug, Default)]
pub(super) struct PhaseCell(AtomicU8);

impl PhaseCell {
    /// Whether this call brought it there.
    pub(super) fn advance(&self, to: Phase) -> bool {
        self.0.fetch_max(to as u8, SeqCst) < to as u8
    }

    pub(super) fn get(&self) -> Phase {
        match self.0.load(SeqCst) {
            0 => Phase::Starting,
            1 => Phase::Running,
            2 => Phase::Stopping,
            _ => Phase::Stopped,
        }
    }
}

/// Whether the first start is over for every daemon.
pub(super) fn all_settled(world: &World) -> bool {
    up_to_unsettled(world, &world.records).is_empty()
}

/// Waits until the first start is over for every daemon.
///
/// From the last to the first, since they are started from the first to the last: whoever waits is not
/// woken by every daemon that is ready, but by the one that it waits for, or one that is held up.
pub(super) async fn settled(world: &World) {
    let mut left = &world.records[..];
    loop {
        let changed = world.held_up.notified();
        left = up_to_unsettled(world, left);
        let Some(last) = left.last() else { return };
        // Looked at again once it is marked: it may have become ready in between.
        if last.is_awaited.swap(true, SeqCst) {
            changed.await;
        }
    }
}

/// Up to the last whose first start is not over.
fn up_to_unsettled<'a>(world: &World, records: &'a [Arc<Record>]) -> &'a [Arc<Record>] {
    let mut known = HashMap::new();
    let settled = records.iter().rev().take_while(|record| is_settled(world, record, &mut known)).count();
    &records[..records.len() - settled]
}

/// Ready, failed in whatever way, or waiting for one that is.
fn is_settled(world: &World, record: &Record, known: &mut HashMap<u32, bool>) -> bool {
    match record.state_name() {
        StateName::Starting | StateName::Stopping => false,
        StateName::Waiting => waits_in_vain(world, record, known),
        _ => true,
    }
}

/// What is known of one daemon is asked once, however many depend on it.
fn waits_in_vain(world: &World, record: &Record, known: &mut HashMap<u32, bool>) -> bool {
    if let Some(known) = known.get(&record.index) {
        return *known;
    }
    let in_vain = world.depends_on(record).any(|other| !other.is_ready() && is_held_up(world, other, known));
    known.insert(record.index, in_vain);
    in_vain
}

/// Whether it will not become ready by itself soon.
fn is_held_up(world: &World, record: &Record, known: &mut HashMap<u32, bool>) -> bool {
    match record.state_name() {
        StateName::Running | StateName::Starting | StateName::Stopping => false,
        StateName::Waiting => waits_in_vain(world, record, known),
        _ => true,
    }
}
