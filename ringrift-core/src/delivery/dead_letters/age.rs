//! How old a letter is, whatever the clock on the wall says: what is purged for its age is lost, and a machine
//! may start with a clock that is wrong by years.

use std::time::{Duration, SystemTime};

use super::Letter;
use crate::delivery::clock::Moment;

/// No letter is older: a clock that said so was not set yet.
const CLOCKS_ARE_SET_FROM: Duration = Duration::from_secs(1_577_836_800);
/// How long a process has to set its clock before letters of another are old by it.
const TIME_TO_SET_THE_CLOCK: Duration = Duration::from_secs(3600);

impl Letter {
    /// Whether it has failed, or been in its state, for so long: since `at`, as the clock on the wall said then.
    ///
    /// What came to be in this process is as old as that knows itself; only what is of another is as old as the
    /// clocks on the wall say.
    pub(crate) fn is_over(&self, at: SystemTime, now: Moment, age: Duration) -> bool {
        let here = Duration::from_millis(now.ms.saturating_sub(self.known_ms));
        if !self.is_from_before || at < SystemTime::UNIX_EPOCH + CLOCKS_ARE_SET_FROM {
            return here >= age;
        }
        here >= age.min(TIME_TO_SET_THE_CLOCK) && now.wall.duration_since(at).is_ok_and(|since| since >= age)
    }
}
