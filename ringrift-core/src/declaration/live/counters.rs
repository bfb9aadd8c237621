//! The counters of one daemon.

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::SystemTime,
};

use crate::words::{
    one_line::one_line,
    stats::{DaemonStats, ErrorRecord, KEPT_ERRORS, RECENT_OUTCOMES, Recent},
};

/// Counters over all incarnations of a daemon.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    cycles: AtomicU64,
    /// The newest outcomes: how many in the upper half, one bit each in the lower, 1 for an error.
    outcomes: AtomicU64,
    /// Boxed: most daemons never have any.
    troubles: Mutex<Option<Box<Troubles>>>,
}

/// What went wrong.
#[derive(Debug, Default)]
struct Troubles {
    cycle_errors: u64,
    error_count: u64,
    panics: u64,
    /// The newest, over all incarnations.
    errors: VecDeque<ErrorRecord>,
    /// When handlers of this incarnation panicked.
    handler_panics: VecDeque<u64>,
}

const RING: u64 = (1 << RECENT_OUTCOMES) - 1;
/// A ring full of successes: the common case, which one more success does not change.
const ALL_GOOD: u64 = (RECENT_OUTCOMES as u64) << 32;

impl Counters {
    /// Notes how a cycle or a handler ended. Cycles and handlers of a daemon share a task, so there
    /// is one writer.
    #[inline]
    pub(crate) fn outcome(&self, is_error: bool) {
        let old = self.outcomes.load(Relaxed);
        if old == ALL_GOOD && !is_error {
            return;
        }
        let count = ((old >> 32) + 1).min(u64::from(RECENT_OUTCOMES));
        let ring = ((old << 1) | u64::from(is_error)) & RING;
        self.outcomes.store(count << 32 | ring, Relaxed);
    }

    /// Notes how a cycle ended; an error that is excused says nothing of how the daemon is.
    pub(crate) fn cycle(&self, is_error: bool, is_excused: bool) {
        if is_error {
            self.troubles().get_or_insert_default().cycle_errors += 1;
        } else {
            self.cycles.fetch_add(1, Relaxed);
        }
        if !is_error || !is_excused {
            self.outcome(is_error);
        }
    }

    /// How many cycles have come to an end.
    pub(crate) fn cycles_ended(&self) -> u64 {
        self.cycles.load(Relaxed) + self.troubles().as_ref().map_or(0, |troubles| troubles.cycle_errors)
    }

    /// Forgets what an incarnation that has ended did, so that the next is not judged by it.
    pub(crate) fn begin_incarnation(&self) {
        self.outcomes.store(0, Relaxed);
        if let Some(troubles) = &mut *self.troubles() {
            troubles.handler_panics.clear();
        }
    }

    /// Counts a handler's panic; true when there were `limit` since `since_ms`.
    pub(crate) fn handler_panicked(&self, now_ms: u64, since_ms: u64, limit: usize) -> bool {
        let mut troubles = self.troubles();
        let panics = &mut troubles.get_or_insert_default().handler_panics;
        panics.push_back(now_ms);
        panics.retain(|at| *at >= since_ms);
        panics.len() >= limit
    }

    pub(crate) fn panic(&self) {
        self.troubles().get_or_insert_default().panics += 1;
    }

    pub(crate) fn error(&self, hook: &'static str, message: String, at: SystemTime) {
        let mut troubles = self.troubles();
        let troubles = troubles.get_or_insert_default();
        troubles.error_count += 1;
        let kept = &mut troubles.errors;
        if kept.len() == KEPT_ERRORS {
            kept.pop_front();
        }
        let message = match one_line(&message) {
            Cow::Borrowed(_) => message,
            Cow::Owned(line) => line,
        };
        kept.push_back(ErrorRecord { at, hook: hook.into(), message });
    }

    fn troubles(&self) -> MutexGuard<'_, Option<Box<Troubles>>> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn snapshot(&self, events: u64) -> DaemonStats {
        let outcomes = self.outcomes.load(Relaxed);
        let recent = Recent { errors: (outcomes & RING).count_ones(), outcomes: (outcomes >> 32) as u32 };
        let stats = DaemonStats { cycles: self.cycles.load(Relaxed), events, recent, ..DaemonStats::default() };
        match &*self.troubles() {
            None => stats,
            Some(troubles) => DaemonStats {
                cycle_errors: troubles.cycle_errors,
                errors: troubles.error_count,
                panics: troubles.panics,
                last_errors: troubles.errors.iter().cloned().collect(),
                ..stats
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_at_the_last_twenty_outcomes() {
        let counters = Counters::default();
        for _ in 0..7 {
            counters.outcome(true);
        }
        assert_eq!(counters.snapshot(0).recent, Recent { errors: 7, outcomes: 7 });
        for _ in 0..18 {
            counters.outcome(false);
        }
        assert_eq!(counters.snapshot(0).recent, Recent { errors: 2, outcomes: 20 });
        for _ in 0..5 {
            counters.outcome(false);
        }
        assert_eq!(counters.snapshot(0).recent, Recent { errors: 0, outcomes: 20 });
    }

    #[test]
    fn keeps_the_last_fifty_errors() {
        let counters = Counters::default();
        for n in 0..60 {
            counters.error("run_cycle", n.to_string(), SystemTime::UNIX_EPOCH);
        }
        let stats = counters.snapshot(0);
        assert_eq!((stats.errors, stats.last_errors.len()), (60, 50));
        assert_eq!(stats.last_errors[0].message, "10");
        assert_eq!(stats.last_errors[49].message, "59");
    }
}
