//! Notes what operators do.

use super::Journal;
use crate::store::{
    audit::{self, Entry},
    error::StoreError,
    millis,
};

impl Journal {
    /// Notes what an operator did, without waiting.
    pub(crate) fn note(&self, action: &str, subject: String, outcome: String) {
        let at = millis(self.clock.wall());
        let entry = Entry { at, action: action.to_owned(), subject, outcome };
        let lost = format!("{} {}", entry.action, entry.subject);
        self.store.keep(
            move |connection| audit::append(connection, &entry),
            move |error| tracing::error!(%error, action = lost, "what an operator did can't be noted"),
        );
    }

    /// What operators did last, newest first.
    pub(crate) async fn noted(&self, limit: usize) -> Result<Vec<Entry>, StoreError> {
        // Through the writer: what was noted just now is there.
        self.store.run(move |connection| audit::newest(connection, limit)).await
    }
}
