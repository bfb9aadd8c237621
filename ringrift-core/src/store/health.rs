//! What keeps the store from being written.

use std::sync::{Mutex, PoisonError};

use super::error::StoreError;

/// The trouble of the store, for readiness and the views.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<Option<StoreError>>);

impl Health {
    /// What keeps it from being written now.
    pub(crate) fn trouble(&self) -> Option<StoreError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it is tried again by itself.
    pub(crate) fn is_held_up(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(StoreError::may_pass)
    }

    /// Notes how a transaction ended, and says so once for each change.
    pub(super) fn note(&self, trouble: Option<StoreError>) {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *current == trouble {
            return;
        }
        match &trouble {
            Some(error) => tracing::error!(%error, "the store can't be written: durable events are refused"),
            None => tracing::info!("the store is written again"),
        }
        *current = trouble;
    }
}
