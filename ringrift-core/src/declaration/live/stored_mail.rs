//! A daemon and what waits for it in the store.

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::time::{Sleep, sleep};

use super::incarnation::Life;
use crate::delivery::mailbox::Mailbox;

/// How long a daemon waits before it reads the store again that could not be read.
const READ_AGAIN: Duration = Duration::from_secs(1);

impl Life {
    /// Waits until what was settled is not far ahead of the disk.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn store_has_room(&self) {
        if let Some(journal) = &self.world.router.journal {
            journal.room().await;
        }
    }

    /// Loads what waits in the store, as far as it finds room. `Err` is the wait before it is tried
    /// again, when it can't be read.
    ///
    /// # Cancel safety
    /// Dropped, what is under way is still loaded.
    pub(crate) async fn load_mail(&self, mailbox: &Arc<Mailbox>) -> Result<(), Pin<Box<Sleep>>> {
        let router = &self.world.router;
        let Some(journal) = &router.journal else { return Ok(()) };
        journal.load(&router.letters, (self.record.index, mailbox)).await.map_err(|error| {
            tracing::warn!(%error, "what waits in the store can't be read");
            Box::pin(sleep(READ_AGAIN))
        })
    }
}
