//! So many in any hour.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const HOUR: Duration = Duration::from_secs(3600);

/// Remembers when something was allowed, for an hour.
#[derive(Debug, Default)]
pub(super) struct HourlyLimit {
    allowed: VecDeque<Instant>,
}

impl HourlyLimit {
    /// Whether one more is within `limit`; if so, it counts.
    pub(super) fn allow(&mut self, limit: u32, now: Instant) -> bool {
        while self.allowed.front().is_some_and(|at| now.duration_since(*at) >= HOUR) {
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

    #[tokio::test(start_paused = true)]
    async fn any_hour_has_no_more_than_the_limit() {
        let start = Instant::now();
        let at = |minutes: u64| start + Duration::from_secs(minutes * 60);
        let mut limit = HourlyLimit::default();
        let allowed = [0, 30, 59, 60, 89, 90].map(|minute| limit.allow(2, at(minute)));
        assert_eq!(allowed, [true, true, false, true, false, true]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reset_begins_a_new_hour_and_none_is_none() {
        let mut limit = HourlyLimit::default();
        let now = Instant::now();
        assert!(limit.allow(1, now) && !limit.allow(1, now));
        limit.reset();
        assert!(limit.allow(1, now) && !limit.allow(0, now + HOUR));
    }
}
