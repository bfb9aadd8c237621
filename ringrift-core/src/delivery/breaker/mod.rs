//! The breaker of a handler: when it fails too often, it is paused, so that what it needs can come back and
//! the dead letters do not pile up.
//!
//! This is the arithmetic alone: it reads no clock and holds no mail. See [`pauses`] for the mail.

pub(crate) mod pauses;

use std::{collections::VecDeque, time::Duration};

/// More failures within a minute than this pause a handler, unless it says otherwise.
pub(crate) const DEFAULT_LIMIT: u32 = 100;
/// The minute.
const WINDOW: Duration = Duration::from_secs(60);
/// The first pause; each is twice as long as the last.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
/// The longest pause.
const PAUSE_CAP: Duration = Duration::from_secs(3600);
/// After so long without a pause the next is a first one.
const CALM: Duration = Duration::from_secs(3600);

/// What is known of the failures of one handler.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// When it failed, as far as it counts: one more than its limit at most.
    failures: VecDeque<u64>,
    pause: Option<Pause>,
    /// How many pauses there were without a calm hour between them.
    in_a_row: u32,
    /// When the last one ended.
    resumed_ms: u64,
    /// Pauses since the start.
    pauses: u64,
}

/// The pause of a handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) until_ms: u64,
    /// How many failures within a minute led to it.
    pub(crate) failures: u32,
    /// The last of them.
    pub(crate) error: String,
}

impl Breaker {
    /// Counts a failure; returns the pause that it begins, if it is one too many.
    pub(crate) fn failed(&mut self, limit: u32, now_ms: u64, error: &str) -> Option<&Pause> {
        // What was in hand beside the one too many.
        if self.pause.is_some() {
            return None;
        }
        self.failures.push_back(now_ms);
        if self.failures.len() <= limit as usize {
            return None;
        }
        let first = self.failures.pop_front()?;
        if now_ms.saturating_sub(first) >= WINDOW.as_millis() as u64 {
            return None;
        }
        self.failures.clear();
        if now_ms.saturating_sub(self.resumed_ms) >= CALM.as_millis() as u64 {
            self.in_a_row = 0;
        }
        let length = pause_length(self.in_a_row);
        self.in_a_row += 1;
        self.pauses += 1;
        let until_ms = now_ms + length.as_millis() as u64;
        self.pause = Some(Pause { until_ms, failures: limit + 1, error: error.to_owned() });
        self.pause.as_ref()
    }

    /// Ends the pause; whether there was one.
    pub(crate) fn resume(&mut self, now_ms: u64) -> bool {
        let was_paused = self.pause.take().is_some();
        if was_paused {
            self.resumed_ms = now_ms;
        }
        was_paused
    }

    pub(crate) fn pause(&self) -> Option<&Pause> {
        self.pause.as_ref()
    }

    /// Pauses since the start.
    pub(crate) fn pauses(&self) -> u64 {
        self.pauses
    }
}

/// The length of the next pause after so many in a row.
fn pause_length(in_a_row: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << in_a_row.min(16)).min(PAUSE_CAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1000;

    /// Fails until there is a pause, all at once; its length in seconds.
    fn trip(breaker: &mut Breaker, now_ms: u64) -> u64 {
        let pause = (0..=3).find_map(|_| breaker.failed(3, now_ms, "broken").cloned());
        (pause.expect("four are one too many").until_ms - now_ms) / SECOND
    }

    #[test]
    fn one_more_than_the_limit_within_a_minute_is_too_many() {
        let mut breaker = Breaker::default();
        for at in [1, 20 * SECOND, 59 * SECOND, 60 * SECOND + 1, 80 * SECOND] {
            assert_eq!(breaker.failed(3, at, "broken"), None, "at {at}");
        }
        let expected = Pause { until_ms: 140 * SECOND, failures: 4, error: "broken".into() };
        assert_eq!(breaker.failed(3, 80 * SECOND, "broken"), Some(&expected));
        assert_eq!(breaker.failed(3, 80 * SECOND, "in hand beside"), None);
        assert_eq!((breaker.pause(), breaker.pauses()), (Some(&expected), 1));
    }

    #[test]
    fn failures_a_millisecond_less_than_a_minute_apart_count() {
        for (last, is_paused) in [(60_000, true), (60_001, false)] {
            let mut breaker = Breaker::default();
            for at in [1, 1, 1, last] {
                breaker.failed(3, at, "broken");
            }
            assert_eq!(breaker.pause().is_some(), is_paused, "at {last}");
        }
    }

    #[test]
    fn pauses_last_sixty_seconds_doubling_to_an_hour() {
        let mut breaker = Breaker::default();
        let mut now = 1;
        let mut lengths = Vec::new();
        for _ in 0..8 {
            lengths.push(trip(&mut breaker, now));
            now += lengths[lengths.len() - 1] * SECOND;
            assert!(breaker.resume(now));
        }
        assert_eq!(lengths, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert!(!breaker.resume(now));
    }

    #[test]
    fn an_hour_without_a_pause_begins_anew_and_a_second_less_does_not() {
        for (calm, expected) in [(3599, 120), (3600, 60)] {
            let mut breaker = Breaker::default();
            assert_eq!(trip(&mut breaker, 1), 60);
            breaker.resume(60 * SECOND);
            assert_eq!(trip(&mut breaker, (60 + calm) * SECOND), expected, "after {calm} s");
        }
    }
}
