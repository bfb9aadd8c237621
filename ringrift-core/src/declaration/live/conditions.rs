//! What is wrong with a daemon that runs: apart from its state, which goes on being `Running`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use crate::words::health::HealthReport;

/// No time at which anything began.
const ENDED: u64 = 0;

/// What the ticker, the watchdog and the health checks have found.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    /// Boxed: there is nothing to find before the first check.
    found: Mutex<Option<Box<Found>>>,
}

/// The findings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// The hook that runs without a heartbeat, and since when; [`ENDED`] for one of an incarnation
    /// that has ended, until the ticker has told that it is not stalled any more.
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
    fn lock(&self) -> MutexGuard<'_, Option<Box<Found>>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The findings of now.
    pub(crate) fn found(&self) -> Found {
        self.lock().as_deref().cloned().unwrap_or_default()
    }

    /// Notes a finding.
    pub(crate) fn note<T>(&self, note: impl FnOnce(&mut Found) -> T) -> T {
        note(self.lock().get_or_insert_default())
    }

    /// A new incarnation starts without them. That its predecessor was stalled is kept for the ticker:
    /// whoever heard of it hears of its end, also when that lies between two ticks.
    pub(crate) fn clear(&self) {
        if let Some(found) = self.lock().as_deref_mut() {
            let stalled = found.stalled.map(|(hook, _)| (hook, ENDED));
            *found = Found { stalled, ..Found::default() };
        }
    }

    /// Ends the check under way, so that it does not hold an incarnation that has ended.
    pub(crate) fn abort_check(&self) {
        let check = self.lock().as_mut().and_then(|found| found.check.take());
        if let Some(check) = check {
            check.abort();
        }
    }
}

impl Found {
    /// The hook of the living incarnation that is stalled, and since when it runs.
    pub(crate) fn stalled_now(&self) -> Option<(&'static str, u64)> {
        self.stalled.filter(|(_, began)| *began != ENDED)
    }
}
