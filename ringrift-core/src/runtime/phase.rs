//! Where the whole runtime is in its life.

use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

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
    let mut known = vec![None; world.records.len()];
    world.records.iter().all(|record| is_settled(world, record, &mut known))
}

/// Ready, failed in whatever way, or waiting for one that is. What is known of one daemon is asked
/// once, however many depend on it.
fn is_settled(world: &World, record: &Record, known: &mut [Option<bool>]) -> bool {
    if let Some(is_settled) = known[record.index as usize] {
        return is_settled;
    }
    let is_settled = match record.state().name() {
        StateName::Starting | StateName::Stopping => false,
        StateName::Waiting => {
            let mut dependencies = record.depends_on.iter().map(|index| world.record(*index));
            dependencies.any(|other| !other.is_ready() && is_held_up(world, other, known))
        }
        _ => true,
    };
    known[record.index as usize] = Some(is_settled);
    is_settled
}

/// Whether it will not become ready by itself soon.
fn is_held_up(world: &World, record: &Record, known: &mut [Option<bool>]) -> bool {
    match record.state().name() {
        StateName::Running | StateName::Starting | StateName::Stopping => false,
        StateName::Waiting => is_settled(world, record, known),
        _ => true,
    }
}
