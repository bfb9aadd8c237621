//! What is wanted of a daemon.

use crate::words::state::Cause;

/// What is wanted of a daemon, apart from where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Intent {
    Run,
    /// With the reason, and whether the operator's file said so.
    Stop {
        cause: Cause,
    },
    /// Not selected, or disabled: no task runs, nothing is owed.
    Off {
        cause: Cause,
    },
}

impl Intent {
    /// Nothing for `Run`, which is what is wanted of nearly all.
    pub(super) fn boxed(self) -> Option<Box<Self>> {
        (self != Self::Run).then(|| Box::new(self))
    }
}
