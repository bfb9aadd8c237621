//! What an operator disables stays so, also in the next process.

use super::Journal;
use crate::{
    store::{disabled, error::StoreError, millis},
    words::daemon_type::DaemonType,
};

impl Journal {
    /// Notes that a daemon is disabled, or is so no more.
    ///
    /// # Cancel safety
    /// Dropped, it may or may not be noted.
    pub(crate) async fn disable(&self, daemon: DaemonType, is_disabled: bool) -> Result<(), StoreError> {
        let now = millis(self.clock.wall());
        let change = move |connection: &rusqlite::Connection| match is_disabled {
            true => disabled::add(connection, daemon.as_str(), now),
            false => disabled::remove(connection, daemon.as_str()),
        };
        self.store.run(change).await
    }
}
