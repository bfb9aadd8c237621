//! What is wrong with a daemon that runs: apart from its state, which goes on being `Running`.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tokio::task::AbortHandle;

use crate::words::health::HealthReport;

/// What the ticker, the watchdog and the health checks have found.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    found: Mutex<Found>,
    /// Whether `found.stalled` is set: looked at for every daemon at every tick.
    pub(crate) is_stalled: AtomicBool,
}

/// The findings.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The hook that runs without a heartbeat, and since when.
    pub(crate) stalled: Option<(&'static str, u64)>,
    /// Since when it blocks a worker thread.
    pub(crate) blocking_ms: Option<u64>,
    /// The newest health report, and when it was made.
    pub(crate) report: Option<(HealthReport, u64)>,
    /// Failed checks in a row.
    pub(crate) failed_checks: u32,
    /// The check under way.
    pub(crate) check: Option<AbortHandle>,
}

impl Conditions {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new incarnation starts without them.
    pub(crate) fn clear(&self) {
        *self.lock() = Found::default();
        self.is_stalled.store(false, Relaxed);
    }

    /// Ends the check under way, so that it does not hold an incarnation that has ended.
    pub(crate) fn abort_check(&self) {
        if let Some(check) = self.lock().check.take() {
            check.abort();
        }
    }
}
