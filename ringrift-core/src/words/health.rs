//! Health, apart from state: the guide's five words with a message and details.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::stats::DaemonStats;

/// How a daemon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HealthStatus {
    /// Within its startup grace, or not yet started.
    Starting,
    /// Normal operation.
    Running,
    /// Reduced function.
    Degraded,
    /// It does not do its work.
    Error,
    /// Not running.
    Stopped,
}

impl HealthStatus {
    /// Healthy is neither `ERROR` nor `STOPPED`.
    pub const fn is_healthy(self) -> bool {
        !matches!(self, Self::Error | Self::Stopped)
    }

    /// The word, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "STARTING",
            Self::Running => "RUNNING",
            Self::Degraded => "DEGRADED",
            Self::Error => "ERROR",
            Self::Stopped => "STOPPED",
        }
    }
}

impl fmt::Display for HealthStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a daemon says of its own health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthReport {
    /// One of the five words.
    pub status: HealthStatus,
    /// A sentence for a person.
    pub message: String,
    /// Anything else, by name.
    pub details: BTreeMap<String, Value>,
}

/// Over this share of errors `from_stats` says `ERROR`.
pub(crate) const ERROR_RATE: f64 = 0.5;
/// Over this share of errors `from_stats` says `DEGRADED`.
pub(crate) const DEGRADED_RATE: f64 = 0.2;
/// With fewer outcomes `from_stats` says `RUNNING`.
pub(crate) const MIN_OUTCOMES: u32 = 5;

impl HealthReport {
    /// A report with that status and message.
    pub fn new(status: HealthStatus, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), details: BTreeMap::new() }
    }

    /// `RUNNING`, "OK".
    pub fn running() -> Self {
        Self::new(HealthStatus::Running, "OK")
    }

    /// `DEGRADED`: reduced function.
    pub fn degraded(message: impl Into<String>) -> Self {
        Self::new(HealthStatus::Degraded, message)
    }

    /// `ERROR`: the daemon does not do its work.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(HealthStatus::Error, message)
    }

    /// Judges the last 20 outcomes of cycles and handlers, once there are 5: over 50 % errors is
    /// `ERROR`, over 20 % `DEGRADED`.
    pub fn from_stats(stats: &DaemonStats) -> Self {
        let recent = stats.recent;
        let message = format!("{} of the last {} outcomes are errors", recent.errors, recent.outcomes);
        let report = match recent.error_rate() {
            _ if recent.outcomes < MIN_OUTCOMES => Self::running(),
            rate if rate > ERROR_RATE => Self::error(message),
            rate if rate > DEGRADED_RATE => Self::degraded(message),
            _ => Self::running(),
        };
        report.detail("cycles", stats.cycles).detail("events", stats.events).detail("errors", stats.errors)
    }

    /// Adds a detail; one that can't be serialised is shown as the error that says so.
    #[must_use]
    pub fn detail(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_else(|error| Value::String(error.to_string()));
        self.details.insert(name.into(), value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{super::stats::Recent, *};

    fn status(errors: u32, outcomes: u32) -> HealthStatus {
        let stats = DaemonStats { recent: Recent { errors, outcomes }, ..DaemonStats::default() };
        HealthReport::from_stats(&stats).status
    }

    #[test]
    fn the_five_words_are_the_guides() {
        use HealthStatus::{Degraded, Error, Running, Starting, Stopped};
        let words = [Starting, Running, Degraded, Error, Stopped];
        let texts = ["STARTING", "RUNNING", "DEGRADED", "ERROR", "STOPPED"];
        assert_eq!(words.map(HealthStatus::as_str), texts);
        assert_eq!(words.map(|word| serde_json::to_value(word).unwrap()), texts.map(Value::from));
        assert_eq!(words.map(HealthStatus::is_healthy), [true, true, true, false, false]);
        // Whoever reads another word is told all that there are.
        let told = serde_json::from_value::<HealthStatus>("FINE".into()).unwrap_err().to_string();
        let all = texts.map(|text| format!("`{text}`")).join(", ");
        assert_eq!(told, format!("unknown variant `FINE`, expected one of {all}"));
    }

    #[test]
    fn over_half_is_error_over_a_fifth_degraded() {
        assert_eq!(status(10, 19), HealthStatus::Error);
        assert_eq!(status(10, 20), HealthStatus::Degraded);
        assert_eq!(status(4, 19), HealthStatus::Degraded);
        assert_eq!(status(4, 20), HealthStatus::Running);
    }

    #[test]
    fn fewer_than_five_outcomes_say_nothing() {
        assert_eq!(status(4, 4), HealthStatus::Running);
        assert_eq!(status(5, 5), HealthStatus::Error);
    }
}
