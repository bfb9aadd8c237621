//! What a daemon did, in numbers.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// How many outcomes `recent` looks at.
pub(crate) const RECENT_OUTCOMES: u32 = 20;
/// How many errors are kept, newest last.
pub(crate) const KEPT_ERRORS: usize = 50;

/// The errors among the newest outcomes of cycles and handlers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Errors among them.
    pub errors: u32,
    /// How many there are, 20 at most.
    pub outcomes: u32,
}

impl Recent {
    /// Errors over outcomes; 0 when there are none.
    pub fn error_rate(self) -> f64 {
        if self.outcomes == 0 { 0.0 } else { f64::from(self.errors) / f64::from(self.outcomes) }
    }
}

/// One error, with its time and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorRecord {
    /// When.
    pub at: SystemTime,
    /// Which hook, or which handler.
    pub hook: std::borrow::Cow<'static, str>,
    /// The error and its causes.
    pub message: String,
}

/// The counters of one daemon, over all its incarnations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonStats {
    /// Cycles that returned Ok.
    pub cycles: u64,
    /// Cycles that did not.
    pub cycle_errors: u64,
    /// Events handled.
    pub events: u64,
    /// Errors of every kind.
    pub errors: u64,
    /// Panics, in any hook.
    pub panics: u64,
    /// The newest outcomes.
    pub recent: Recent,
    /// The last 50 errors, newest last.
    pub last_errors: Vec<ErrorRecord>,
}
