//! So many in any hour.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

const HOUR: Duration = Duration::from_secs(3600);

/// Remembers when something was allowed, for an hour.
#[derive(Debug, Default)]
pub(super) struct HourlyLimit {
    allowed: VecDeque<Moment>,
}

/// A moment by the clock of this process, and by that on the wall, which the next process has too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    steady: Instant,
    /// In milliseconds since 1970.
    wall: u64,
}

impl Moment {
    pub(super) fn now() -> Self {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { steady: Instant::now(), wall: since_1970.as_millis() as u64 }
    }

    /// That of an earlier process; one that a clock puts into the future is now.
    fn earlier(self, wall: u64) -> Self {
        let ago = Duration::from_millis(self.wall.saturating_sub(wall)).min(HOUR);
        Self { steady: self.steady.checked_sub(ago).unwrap_or(self.steady), wall }
    }
}

impl HourlyLimit {
    /// Goes on with what an earlier process allowed; see [`kept`](Self::kept).
    pub(super) fn resume(kept: &[u64], now: Moment) -> Self {
        Self { allowed: kept.iter().map(|wall| now.earlier(*wall)).collect() }
    }

    /// When something was allowed, for another process.
    pub(super) fn kept(&self) -> Vec<u64> {
        self.allowed.iter().map(|moment| moment.wall).collect()
    }

    /// Whether one more is within `limit`; if so, it counts.
    pub(super) fn allow(&mut self, limit: u32, now: Moment) -> bool {
        while self.allowed.front().is_some_and(|at| now.steady.duration_since(at.steady) >= HOUR) {
            self.allowed.pop_front();
        }
        let is_within = self.allowed.len() < limit as usize;
        if is_within {
            self.allowed.push_back(now);
        }
        is_within
    }

    /// Forgets all that was allowed.
    pub(super) fn reset(&mut self) {
        self.allowed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many minutes after a start, by both clocks.
    fn minute(start: Moment, minutes: u64) -> Moment {
        let after = Duration::from_secs(minutes * 60);
        Moment { steady: start.steady + after, wall: start.wall + after.as_millis() as u64 }
    }

    #[test]
    fn any_hour_has_no_more_than_the_limit() {
        let start = Moment::now();
        let mut limit = HourlyLimit::default();
        let allowed = [0, 30, 59, 60, 89, 90].map(|minutes| limit.allow(2, minute(start, minutes)));
        assert_eq!(allowed, [true, true, false, true, false, true]);
    }

    #[test]
    fn the_hour_goes_on_in_another_process_also_when_its_clock_was_set_back() {
        let start = Moment::now();
        let mut limit = HourlyLimit::default();
        assert!(limit.allow(2, start) && limit.allow(2, minute(start, 30)));
        let next = |minutes| HourlyLimit::resume(&limit.kept(), minute(start, minutes));
        for (minutes, is_allowed) in [(31, false), (59, false), (60, true), (9999, true)] {
            assert_eq!(next(minutes).allow(2, minute(start, minutes)), is_allowed, "{minutes}");
        }
        let set_back = Moment { wall: 0, ..start };
        let mut limit = HourlyLimit::resume(&limit.kept(), set_back);
        assert!(!limit.allow(2, minute(set_back, 59)) && limit.allow(2, minute(set_back, 60)));
    }

    #[test]
    fn a_reset_begins_a_new_hour_and_none_is_none() {
        let mut limit = HourlyLimit::default();
        let now = Moment::now();
        assert!(limit.allow(1, now) && !limit.allow(1, now));
        limit.reset();
        assert!(limit.allow(1, now) && !limit.allow(0, minute(now, 60)));
    }
}
