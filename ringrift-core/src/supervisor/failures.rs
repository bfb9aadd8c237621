//! How many failures in a row, and what follows from it: arithmetic, no clock.

use std::time::Duration;

use crate::words::restart::{OnExhausted, Restart, RestartPolicy, SLOW_RETRY};

/// The failures of a daemon since it last ran well.
#[derive(Debug)]
pub(crate) struct Failures<'a> {
    policy: &'a RestartPolicy,
    in_a_row: u32,
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Restart `attempt` after `delay`.
    Restart { attempt: u32, delay: Duration },
    /// The daemon stays failed.
    Fail,
    /// The process stops.
    Escalate,
}

impl<'a> Failures<'a> {
    pub(crate) fn new(policy: &'a RestartPolicy) -> Self {
        Self { policy, in_a_row: 0 }
    }

    /// Counts a failure after `ran` in `Running`. `spread`, from -1 to 1, is the jitter's draw.
    pub(crate) fn count(&mut self, ran: Duration, is_fatal: bool, spread: f64) -> Next {
        if ran >= self.policy.reset {
            self.in_a_row = 0;
        }
        if is_fatal || self.policy.restart == Restart::Never {
            return self.exhausted(is_fatal);
        }
        self.in_a_row += 1;
        if self.in_a_row > self.policy.max_restarts {
            return self.exhausted(false);
        }
        Next::Restart { attempt: self.in_a_row, delay: self.policy.backoff.jittered(self.in_a_row, spread) }
    }

    fn exhausted(&self, is_fatal: bool) -> Next {
        match self.policy.on_exhausted {
            OnExhausted::Escalate => Next::Escalate,
            OnExhausted::RetrySlow if !is_fatal => Next::Restart { attempt: self.in_a_row, delay: SLOW_RETRY },
            OnExhausted::RetrySlow | OnExhausted::Fail => Next::Fail,
        }
    }

    /// The count is zero again: an operator's `reset` or `restart`, or a dependency that returned.
    pub(crate) fn clear(&mut self) {
        self.in_a_row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(change: impl FnOnce(&mut RestartPolicy)) -> Failures<'static> {
        let policy = Box::leak(Box::new(RestartPolicy::DEFAULT));
        change(policy);
        Failures::new(policy)
    }

    #[test]
    fn five_restarts_then_failed() {
        let mut failures = failures(|_| {});
        let delays: Vec<u64> = (0..5)
            .map(|_| match failures.count(Duration::ZERO, false, 0.0) {
                Next::Restart { delay, .. } => delay.as_secs(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(delays, [1, 2, 4, 8, 16]);
        assert_eq!(failures.count(Duration::ZERO, false, 0.0), Next::Fail);
    }

    #[test]
    fn five_minutes_of_running_clear_the_count() {
        let mut failures = failures(|_| {});
        for _ in 0..4 {
            failures.count(Duration::from_secs(299), false, 0.0);
        }
        let next = failures.count(Duration::from_secs(300), false, 0.0);
        assert_eq!(next, Next::Restart { attempt: 1, delay: Duration::from_secs(1) });
    }

    #[test]
    fn fatal_and_never_skip_the_restarts() {
        assert_eq!(failures(|_| {}).count(Duration::ZERO, true, 0.0), Next::Fail);
        assert_eq!(failures(|policy| policy.restart = Restart::Never).count(Duration::ZERO, false, 0.0), Next::Fail);
        let mut critical = failures(|policy| policy.on_exhausted = OnExhausted::Escalate);
        assert_eq!(critical.count(Duration::ZERO, true, 0.0), Next::Escalate);
    }

    #[test]
    fn slow_retries_come_every_five_minutes_for_ever() {
        let mut failures = failures(|policy| {
            policy.on_exhausted = OnExhausted::RetrySlow;
            policy.max_restarts = 1;
        });
        failures.count(Duration::ZERO, false, 0.0);
        for _ in 0..100 {
            let next = failures.count(Duration::ZERO, false, 0.0);
            assert!(matches!(next, Next::Restart { delay: SLOW_RETRY, .. }), "{next:?}");
        }
    }
}
