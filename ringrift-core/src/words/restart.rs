//! When a failed daemon starts again: plain data and arithmetic on durations.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Which ends of a daemon are followed by a new start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    /// Failures only (the default).
    OnFailure,
    /// Failures, and the clean end of a task too.
    Always,
    /// Never: the first failure is the last.
    Never,
}

/// What happens when the restarts are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExhausted {
    /// The daemon stays `Failed`, and `DAEMON_FAILED` is emitted.
    Fail,
    /// The whole process stops in order, with exit code 1.
    Escalate,
    /// The daemon is tried again every 5 minutes.
    RetrySlow,
}

impl OnExhausted {
    /// What is in force: what was said, and otherwise what a critical daemon does or another.
    pub(crate) const fn effective(said: Option<Self>, is_critical: bool) -> Self {
        match said {
            Some(action) => action,
            None if is_critical => Self::Escalate,
            None => Self::Fail,
        }
    }
}

/// The pace of `on_exhausted = "retry_slow"`.
pub(crate) const SLOW_RETRY: Duration = Duration::from_mins(5);

/// The share of a delay by which it is moved up or down at random.
pub(crate) const JITTER: f64 = 0.1;

/// Delays that double from `first` to `cap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Backoff {
    /// The first delay.
    pub first: Duration,
    /// No delay is longer.
    pub cap: Duration,
}

impl Backoff {
    /// The delay before attempt `attempt`, counted from 1, without jitter.
    ///
    /// `Backoff { first: 1 s, cap: 60 s }` gives 1, 2, 4, 8, 16, 32, 60, 60 s ...
    pub fn delay(self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.cap)
    }

    /// [`delay`](Self::delay) moved by `spread`, from -1 to 1, times a tenth; never over the cap.
    pub fn jittered(self, attempt: u32, spread: f64) -> Duration {
        let factor = 1.0 + JITTER * spread.clamp(-1.0, 1.0);
        self.delay(attempt).mul_f64(factor).min(self.cap)
    }
}

/// The whole rule for one daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RestartPolicy {
    /// Which ends are followed by a new start.
    pub restart: Restart,
    /// So many failures in a row are followed by a restart; the next one exhausts the policy.
    pub max_restarts: u32,
    /// The delays between them.
    pub backoff: Backoff,
    /// After so long in `Running` the count is zero again.
    pub reset: Duration,
    /// What happens then.
    pub on_exhausted: OnExhausted,
}

impl RestartPolicy {
    /// On failure, 5 in a row, 1-2-4-8-16 s, reset after 5 minutes, then `Failed`.
    pub const DEFAULT: Self = Self {
        restart: Restart::OnFailure,
        max_restarts: 5,
        backoff: Backoff { first: Duration::from_secs(1), cap: Duration::from_mins(1) },
        reset: Duration::from_mins(5),
        on_exhausted: OnExhausted::Fail,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_delays_are_one_two_four_eight_sixteen_capped_at_sixty() {
        let backoff = RestartPolicy::DEFAULT.backoff;
        let seconds: Vec<u64> = (1..=8).map(|n| backoff.delay(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn jitter_is_a_tenth_either_way_and_respects_the_cap() {
        let backoff = RestartPolicy::DEFAULT.backoff;
        assert_eq!(backoff.jittered(4, 1.0), Duration::from_millis(8800));
        assert_eq!(backoff.jittered(4, -1.0), Duration::from_millis(7200));
        assert_eq!(backoff.jittered(20, 1.0), Duration::from_mins(1));
    }

    #[test]
    fn huge_attempts_and_delays_do_not_overflow() {
        let backoff = Backoff { first: Duration::MAX, cap: Duration::MAX };
        assert_eq!(backoff.delay(u32::MAX), Duration::MAX);
    }

    #[test]
    fn the_rest_of_the_policy_is_the_guides() {
        let policy = RestartPolicy::DEFAULT;
        assert_eq!(policy.max_restarts, 5);
        assert_eq!(policy.reset, Duration::from_secs(300));
        assert_eq!(policy.restart, Restart::OnFailure);
        assert_eq!(policy.on_exhausted, OnExhausted::Fail);
        assert_eq!(SLOW_RETRY, Duration::from_secs(300));
    }
}
