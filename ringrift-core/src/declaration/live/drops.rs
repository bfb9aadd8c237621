//! Drops of a user's values: their panics end nothing of ours.

use std::pin::Pin;

use super::incarnation::Life;
use crate::delivery::guard::catch;

/// Drops what holds a user's values; a panic of their `Drop` is logged and counted.
pub(crate) fn drop_safely<T>(life: &Life, what: &'static str, value: T) {
    safely(life, what, || drop(value));
}

/// As [`drop_safely`], for what is pinned.
pub(crate) fn empty_safely<T>(life: &Life, what: &'static str, mut place: Pin<&mut Option<T>>) {
    safely(life, what, || place.set(None));
}

fn safely(life: &Life, what: &'static str, dropping: impl FnOnce()) {
    if let Err(panic) = catch(dropping) {
        tracing::error!(%panic, "the drop of {what} panicked");
        life.record.counters.panic();
        let message = format!("the drop of {what} panicked: {panic}");
        life.record.counters.error("drop", message, life.world.clock.wall());
    }
}
