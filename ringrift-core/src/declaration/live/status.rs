//! Where a daemon is, and what is wanted of it.

use std::num::NonZeroU64;

use super::intent::Intent;
use crate::words::{
    options::Kind,
    state::{State, StateName},
};

/// What is wanted of it, where it is, since when, and how often it began: under one lock, because what
/// is wanted of a daemon that has ended is at once where it is.
#[derive(Debug, Clone)]
pub(crate) struct Status {
    /// `None` is `Run`. Boxed, because nearly all are to run.
    pub(super) intent: Option<Box<Intent>>,
    pub(crate) state: State,
    pub(crate) since_ms: u64,
    /// The number of the living, or the last, incarnation.
    pub(crate) incarnation: u32,
    /// When that one became ready; a reading of the clock is never 0.
    pub(crate) ready_ms: Option<NonZeroU64>,
    /// How long its start took; seven weeks at the most.
    pub(crate) start_took_ms: Option<u32>,
    pub(crate) restarts: u32,
    /// Whether a run of a task has completed.
    pub(crate) has_completed: bool,
}

impl Status {
    /// What is wanted of it.
    pub(crate) fn intent(&self) -> &Intent {
        self.intent.as_deref().unwrap_or(&Intent::Run)
    }

    /// Whether it does not run because nobody selected it, and for no other reason.
    pub(crate) fn is_unselected(&self) -> bool {
        matches!(self.intent(), Intent::Off { .. }) && self.state.name() == StateName::Stopped
    }

    pub(crate) fn is_ready(&self, kind: Kind) -> bool {
        match self.state.name() {
            StateName::Completed => true,
            StateName::Running => kind == Kind::Service || self.has_completed,
            _ => false,
        }
    }
}
