//! How many failures in a row, and what follows from it: arithmetic, no clock.

use std::time::Duration;

use crate::words::restart::{OnExhausted, Restart, RestartPolicy, SLOW_RETRY};

/// The failures of a daemon since it last ran well.
#[derive(Debug, Default)]
pub(crate) struct Failures {
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

impl Failures {
    /// Counts a failure after `ran` in `Running`. `spread`, from -1 to 1, is the jitter's draw.
    pub(crate) fn count(&mut self, policy: &RestartPolicy, ran: Duration, is_fatal: bool, spread: f64) -> Next {
        self.ran(policy, ran);
        if is_fatal || policy.restart == Restart::Never {
            return self.exhausted(policy, is_fatal);
        }
        self.in_a_row += 1;
        if self.in_a_row > policy.max_restarts {
            return self.exhausted(policy, false);
        }
        Next::Restart { attempt: self.in_a_row, delay: policy.backoff.jittered(self.in_a_row, spread) }
    }

    /// What follows a failure that is not held against the daemon: a restart that does not count.
    pub(crate) fn excuse(&mut self, policy: &RestartPolicy, ran: Duration, spread: f64) -> Next {
        self.ran(policy, ran);
        Next::Restart { attempt: self.in_a_row.max(1), delay: policy.backoff.jittered(1, spread) }
    }

    fn ran(&mut self, policy: &RestartPolicy, ran: Duration) {
        if ran >= policy.reset {
            self.in_a_row = 0;
        }
    }

    fn exhausted(&self, policy: &RestartPolicy, is_fatal: bool) -> Next {
        match policy.on_exhausted {
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

    /// Counts under a policy, without jitter.
    fn counting(change: impl FnOnce(&mut RestartPolicy)) -> impl FnMut(u64, bool) -> Next {
        let mut policy = RestartPolicy::DEFAULT;
        change(&mut policy);
        let mut failures = Failures::default();
        move |ran, is_fatal| failures.count(&policy, Duration::from_secs(ran), is_fatal, 0.0)
    }

    #[test]
    fn five_restarts_then_failed() {
        let mut count = counting(|_| {});
        let delays: Vec<u64> = (0..5)
            .map(|_| match count(0, false) {
                Next::Restart { delay, .. } => delay.as_secs(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(delays, [1, 2, 4, 8, 16]);
        assert_eq!(count(0, false), Next::Fail);
    }

    #[test]
    fn five_minutes_of_running_clear_the_count() {
        let mut count = counting(|_| {});
        for _ in 0..4 {
            count(299, false);
        }
        let next = count(300, false);
        assert_eq!(next, Next::Restart { attempt: 1, delay: Duration::from_secs(1) });
    }

    #[test]
    fn fatal_and_never_skip_the_restarts() {
        assert_eq!(counting(|_| {})(0, true), Next::Fail);
        assert_eq!(counting(|policy| policy.restart = Restart::Never)(0, false), Next::Fail);
        let mut critical = counting(|policy| policy.on_exhausted = OnExhausted::Escalate);
        assert_eq!(critical(0, true), Next::Escalate);
    }

    #[test]
    fn an_excused_failure_does_not_count_and_is_retried_after_the_first_backoff() {
        let (policy, mut failures) = (RestartPolicy::DEFAULT, Failures::default());
        let delay = Duration::from_secs(1);
        let excuse = |failures: &mut Failures, ran| failures.excuse(&policy, Duration::from_secs(ran), 0.0);
        assert_eq!(excuse(&mut failures, 0), Next::Restart { attempt: 1, delay });
        for _ in 0..5 {
            failures.count(&policy, Duration::ZERO, false, 0.0);
        }
        assert_eq!(excuse(&mut failures, 299), Next::Restart { attempt: 5, delay });
        assert_eq!(failures.count(&policy, Duration::ZERO, false, 0.0), Next::Fail);
        assert_eq!(excuse(&mut failures, 300), Next::Restart { attempt: 1, delay });
        assert_eq!(failures.count(&policy, Duration::ZERO, false, 0.0), Next::Restart { attempt: 1, delay });
    }

    #[test]
    fn slow_retries_come_every_five_minutes_for_ever() {
        let mut count = counting(|policy| {
            policy.on_exhausted = OnExhausted::RetrySlow;
            policy.max_restarts = 1;
        });
        count(0, false);
        for _ in 0..100 {
            let next = count(0, false);
            assert!(matches!(next, Next::Restart { delay: SLOW_RETRY, .. }), "{next:?}");
        }
    }
}
