//! What happens in training, which no stock daemon does yet: the trainer announces it from outside.

use std::path::PathBuf;

use ringrift_core::event;
use serde::{Deserialize, Serialize};

use crate::workload::config_key::ConfigKey;

/// A model was trained.
#[event("TRAINING_COMPLETED", external)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingCompleted {
    /// From whose games.
    pub config_key: ConfigKey,
    /// Where the model is.
    pub model_path: PathBuf,
}
