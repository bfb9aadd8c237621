//! What is wanted of a daemon.

use crate::words::state::Cause;

/// What is wanted of a daemon, apart from where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Intent {
    Run,
    /// Told to stop.
    Stop {
        cause: Cause,
    },
    /// Not selected, or disabled: nothing is owed once nothing of it lives.
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
