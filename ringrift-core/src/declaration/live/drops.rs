//! Drops of a user's values: their panics end nothing of ours.

use std::pin::Pin;

use super::{record::Record, world::World};
use crate::delivery::guard::catch;

/// Drops what holds a user's values; a panic of their `Drop` is logged and counted.
pub(crate) fn drop_safely<T>(world: &World, record: &Record, what: &'static str, value: T) {
    safely(world, record, what, || drop(value));
}

/// As [`drop_safely`], for what is pinned.
pub(crate) fn empty_safely<T>(world: &World, record: &Record, what: &'static str, mut place: Pin<&mut Option<T>>) {
    safely(world, record, what, || place.set(None));
}

fn safely(world: &World, record: &Record, what: &'static str, dropping: impl FnOnce()) {
    if let Err(panic) = catch(dropping) {
        tracing::error!(%panic, "the drop of {what} panicked");
        record.counters.panic();
        record.counters.error("drop", format!("the drop of {what} panicked: {panic}"), world.clock.wall());
    }
}
