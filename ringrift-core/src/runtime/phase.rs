//! Where the whole runtime is in its life.

use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

use super::snapshot::Phase;
use crate::{
    declaration::live::{record::Record, world::World},
    supervisor::missing_dependencies,
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
    world.records.iter().all(|record| is_settled(world, record))
}

/// Ready, failed in whatever way, or waiting for one that is.
fn is_settled(world: &World, record: &Record) -> bool {
    let name = record.status().state.name();
    match name {
        StateName::Starting | StateName::Stopping => false,
        StateName::Waiting => {
            let missing = missing_dependencies(world, record);
            let mut blockers = missing.iter().filter_map(|(ty, _)| world.find(*ty));
            !missing.is_empty() && blockers.any(|blocker| is_held_up(world, blocker))
        }
        _ => true,
    }
}

/// Whether it will not become ready by itself soon.
fn is_held_up(world: &World, record: &Record) -> bool {
    let name = record.status().state.name();
    match name {
        StateName::Running | StateName::Starting | StateName::Stopping => false,
        StateName::Waiting => is_settled(world, record),
        _ => true,
    }
}
