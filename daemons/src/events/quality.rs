//! How good the stored games are.

use ringrift_core::event;
use serde::{Deserialize, Serialize};

use crate::workload::config_key::ConfigKey;
use crate::workload::quality::QualityClass;

/// The score of a config's games has moved by 0.1 or more, or is of another class.
#[event("QUALITY_SCORE_UPDATED")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityScoreUpdated {
    /// Whose score.
    pub config_key: ConfigKey,
    /// The score, between 0 and 1; `None` when there are no games to judge.
    pub quality_score: Option<f64>,
    /// What it means.
    pub quality_category: QualityClass,
    /// The score that was told before.
    pub last_quality: Option<f64>,
}

/// The games of a config are worse than the threshold.
#[event("LOW_QUALITY_DATA_WARNING")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LowQualityDataWarning {
    /// Whose games.
    pub config_key: ConfigKey,
    /// Their score.
    pub quality_score: f64,
    /// What it is below.
    pub threshold: f64,
}

/// The games of a config were not good, and now they are.
#[event("HIGH_QUALITY_DATA_AVAILABLE")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HighQualityDataAvailable {
    /// Whose games.
    pub config_key: ConfigKey,
    /// Their score.
    pub quality_score: f64,
}

/// Somebody wants to know how good the games of a config are, at once.
#[event("QUALITY_CHECK_REQUESTED", external)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityCheckRequested {
    /// Whose games.
    pub config_key: ConfigKey,
    /// Why, for a person.
    #[serde(default)]
    pub reason: String,
}

/// A check of the quality could not say anything.
#[event("QUALITY_CHECK_FAILED")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityCheckFailed {
    /// Why.
    pub reason: String,
    /// Which check it was.
    pub check_type: CheckType,
    /// The last score that is known.
    pub last_quality: Option<f64>,
    /// What that score means.
    pub current_state: QualityClass,
    /// Whose games; `None` when it was everybody's.
    pub config_key: Option<ConfigKey>,
}

/// What made a check happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckType {
    /// Its time had come, or new games.
    Periodic,
    /// `QUALITY_CHECK_REQUESTED`.
    Requested,
}
