//! Notes what operators do.

use rusqlite::Connection;

use super::Journal;
use crate::store::{
    Write,
    audit::{self, Entry},
    error::StoreError,
    millis,
};

impl Journal {
    /// Notes what an operator did, without waiting.
    pub(crate) fn note(&self, action: &str, subject: String, outcome: String) {
        let at = millis(self.clock.wall());
        self.store.send(Box::new(Note(Entry { at, action: action.to_owned(), subject, outcome })));
    }

    /// What operators did last, newest first.
    pub(crate) async fn noted(&self, limit: usize) -> Result<Vec<Entry>, StoreError> {
        // Through the writer: what was noted just now is there.
        self.store.run(move |connection| audit::newest(connection, limit)).await
    }
}

struct Note(Entry);

impl Write for Note {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        audit::append(connection, &self.0)
    }

    fn end(self: Box<Self>, result: Result<(), StoreError>) {
        if let Err(error) = result {
            let Entry { action, subject, .. } = self.0;
            tracing::error!(action, subject, %error, "what an operator did can't be noted");
        }
    }

    fn is_kept(&self) -> bool {
        true
    }
}
