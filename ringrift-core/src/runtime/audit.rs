//! The record of what operators did.

use std::fmt::Display;

use super::Runtime;
#[cfg(feature = "store")]
use crate::store::error::StoreError;

/// One thing that an operator did, or tried to.
#[cfg(feature = "store")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When.
    pub at: std::time::SystemTime,
    /// What: `start`, `stop`, `restart`, `reset`, `disable`, `enable`, `resume_handler`, `retry_letter`,
    /// `discard_letter`, `replay`; of many letters at once `retry_letters`, `discard_letters`, `purge_letters`,
    /// `import_letters`.
    pub action: String,
    /// To which daemon, handler of one, or letter; of many which were meant.
    pub subject: String,
    /// `done`, or why not; of many how many.
    pub outcome: String,
}

/// Why the record can't be read.
#[cfg(feature = "store")]
#[derive(Debug, thiserror::Error)]
#[error("the record of what operators did can't be read: {cause}")]
pub struct AuditError {
    /// Why.
    pub cause: String,
}

impl Runtime {
    /// What operators did last, newest first; nothing where there is no store. The newest 10,000 are kept,
    /// over processes.
    ///
    /// # Errors
    /// When the store can't be read.
    ///
    /// # Cancel safety
    /// Cancel safe.
    #[cfg(feature = "store")]
    pub async fn audit(&self, limit: usize) -> Result<Vec<AuditRecord>, AuditError> {
        let Some(journal) = &self.inner.world.router.journal else { return Ok(Vec::new()) };
        let noted = journal.noted(limit).await;
        let noted = noted.map_err(|error: StoreError| AuditError { cause: error.to_string() })?;
        let record = |entry: crate::store::audit::Entry| AuditRecord {
            at: std::time::UNIX_EPOCH + std::time::Duration::from_millis(entry.at.max(0).cast_unsigned()),
            action: entry.action,
            subject: entry.subject,
            outcome: entry.outcome,
        };
        Ok(noted.into_iter().map(record).collect())
    }

    /// Notes what an operator did, and hands its outcome on.
    pub(super) fn noted<T, E: Display>(
        &self,
        action: &'static str,
        subject: impl Display,
        outcome: Result<T, E>,
    ) -> Result<T, E> {
        self.note(action, subject, outcome.as_ref().map_or_else(ToString::to_string, |_| "done".to_owned()));
        outcome
    }

    /// Notes what an operator did, where there is a store.
    pub(super) fn note(&self, action: &'static str, subject: impl Display, outcome: String) {
        if let Some(journal) = &self.inner.world.router.journal {
            journal.note(action, subject.to_string(), outcome);
        }
    }
}

/// One thing that an operator said, if it was said.
pub(super) fn told<T: ToString>(what: &str, value: Option<T>) -> Option<String> {
    value.map(|value| format!("{what} {}", value.to_string()))
}
