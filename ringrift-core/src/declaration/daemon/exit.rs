//! How a daemon's incarnation ended.

use std::fmt;

/// Why an incarnation ended: what `on_exit` is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExitReason {
    /// It was asked to; with the reason.
    Stopped(String),
    /// A task's run returned Ok.
    Completed,
    /// It failed; with the failure.
    Failed(String),
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(cause) => write!(f, "stopped: {cause}"),
            Self::Completed => f.write_str("completed"),
            Self::Failed(cause) => write!(f, "failed: {cause}"),
        }
    }
}
