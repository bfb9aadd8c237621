//! The twelve categories of the developer guide.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of work a daemon does; a way to select and to list daemons, nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Data synchronisation.
    Sync,
    /// Event processing.
    Event,
    /// Monitoring.
    Health,
    /// The training pipeline.
    Pipeline,
    /// Model evaluation.
    Evaluation,
    /// Distribution of models and data.
    Distribution,
    /// Resource management.
    Resource,
    /// One cloud provider's own business.
    Provider,
    /// Job queues.
    Queue,
    /// Feedback from results to training.
    Feedback,
    /// Recovery from errors.
    Recovery,
    /// Everything else.
    Misc,
}

impl Category {
    /// All categories, in the guide's order.
    pub const ALL: [Self; 12] = [
        Self::Sync,
        Self::Event,
        Self::Health,
        Self::Pipeline,
        Self::Evaluation,
        Self::Distribution,
        Self::Resource,
        Self::Provider,
        Self::Queue,
        Self::Feedback,
        Self::Recovery,
        Self::Misc,
    ];

    /// The name as it is written in `#[daemon(category = "..")]`, in the CLI and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Event => "event",
            Self::Health => "health",
            Self::Pipeline => "pipeline",
            Self::Evaluation => "evaluation",
            Self::Distribution => "distribution",
            Self::Resource => "resource",
            Self::Provider => "provider",
            Self::Queue => "queue",
            Self::Feedback => "feedback",
            Self::Recovery => "recovery",
            Self::Misc => "misc",
        }
    }

    /// The category of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == name)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
