//! The ends of the pauses of handlers that failed too often.

use std::sync::atomic::Ordering::AcqRel;

use crate::declaration::live::{record::Record, world::World};

/// Ends the pauses that are over; returns when the next one is.
pub(super) fn end_over(world: &World, now: u64) -> Option<u64> {
    // Most of the time there is none, and then no mailbox is looked at.
    if !world.has_pauses.swap(false, AcqRel) {
        return None;
    }
    let next = world.records.iter().filter_map(|record| end_over_of(world, record, now)).min();
    world.has_pauses.fetch_or(next.is_some(), AcqRel);
    next
}

fn end_over_of(world: &World, record: &Record, now: u64) -> Option<u64> {
    let mailbox = record.mailbox.as_ref().filter(|mailbox| mailbox.breakers.is_set())?;
    let (over, next) = mailbox.breakers.end_over(now);
    if !over.is_empty() {
        for slot in over.iter().filter_map(|slot| mailbox.slots.get(usize::from(*slot))) {
            tracing::info!(daemon = record.ty.as_str(), handler = slot.handler, "its pause is over");
        }
        mailbox.wake_reader();
        world.changed.notify_waiters();
    }
    next
}
