//! The states of a daemon. Every state but `Running` carries a reason that a person can read.

use std::{borrow::Cow, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::daemon_type::DaemonType;

/// A reason that a person can read.
pub(crate) type Cause = Cow<'static, str>;

/// Where a daemon is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// The operator's file, or an earlier `disable`, keeps it from running.
    Disabled {
        /// Who disabled it.
        cause: Cause,
    },
    /// Something that it depends on is not ready.
    Waiting {
        /// The daemons it waits for.
        on: Vec<DaemonType>,
        /// Why they are not ready.
        cause: Cause,
    },
    /// It is being built, or its `on_start` runs.
    Starting {
        /// Which of the two.
        cause: Cause,
    },
    /// `on_start` returned Ok, and it works.
    Running,
    /// It failed and will be started again.
    Backoff {
        /// Which restart that will be, counted from 1.
        attempt: u32,
        /// The delay before it.
        delay: Duration,
        /// The failure.
        cause: Cause,
    },
    /// It was told to stop and has not ended.
    Stopping {
        /// Why it stops.
        cause: Cause,
    },
    /// It ended because it was told to, or was never started.
    Stopped {
        /// Why.
        cause: Cause,
    },
    /// A task's run returned Ok.
    Completed {
        /// What completed.
        cause: Cause,
    },
    /// It failed for good; an operator, or a dependency that returns, starts it again.
    Failed {
        /// The last failure.
        cause: Cause,
    },
    /// It can't be stopped; it will not be restarted in this process.
    Leaked {
        /// What does not end.
        cause: Cause,
    },
}

/// A state without its reason: for selecting, counting and waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the `State` of the same name")]
pub enum StateName {
    Disabled,
    Waiting,
    Starting,
    Running,
    Backoff,
    Stopping,
    Stopped,
    Completed,
    Failed,
    Leaked,
}

impl StateName {
    /// All ten.
    pub const ALL: [Self; 10] = [
        Self::Disabled,
        Self::Waiting,
        Self::Starting,
        Self::Running,
        Self::Backoff,
        Self::Stopping,
        Self::Stopped,
        Self::Completed,
        Self::Failed,
        Self::Leaked,
    ];

    /// The word, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Waiting => "waiting",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Backoff => "backoff",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Leaked => "leaked",
        }
    }

    /// Whether nothing will change by itself: what `wants` waits for at the most.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Disabled | Self::Stopped | Self::Completed | Self::Failed | Self::Leaked)
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl State {
    /// The state without its reason.
    pub const fn name(&self) -> StateName {
        match self {
            Self::Disabled { .. } => StateName::Disabled,
            Self::Waiting { .. } => StateName::Waiting,
            Self::Starting { .. } => StateName::Starting,
            Self::Running => StateName::Running,
            Self::Backoff { .. } => StateName::Backoff,
            Self::Stopping { .. } => StateName::Stopping,
            Self::Stopped { .. } => StateName::Stopped,
            Self::Completed { .. } => StateName::Completed,
            Self::Failed { .. } => StateName::Failed,
            Self::Leaked { .. } => StateName::Leaked,
        }
    }

    /// Why it is in this state; empty for `Running`.
    pub fn cause(&self) -> &str {
        match self {
            Self::Running => "",
            Self::Disabled { cause }
            | Self::Waiting { cause, .. }
            | Self::Starting { cause }
            | Self::Backoff { cause, .. }
            | Self::Stopping { cause }
            | Self::Stopped { cause }
            | Self::Completed { cause }
            | Self::Failed { cause }
            | Self::Leaked { cause } => cause,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running => f.write_str("running"),
            Self::Backoff { attempt, delay, cause } => {
                let delay = humantime::format_duration(Duration::from_millis(delay.as_millis() as u64));
                write!(f, "backoff (restart {attempt} after {delay}): {cause}")
            }
            other => write!(f, "{}: {}", other.name(), other.cause()),
        }
    }
}
