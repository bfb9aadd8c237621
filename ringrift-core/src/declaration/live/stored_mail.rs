//! A daemon and what waits for it in the store.

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::time::{Sleep, sleep};

use super::incarnation::Life;
use crate::delivery::mailbox::Mailbox;

/// How long a daemon waits before it reads the store again that could not be read, or that refused what a handler asked for.
pub(super) const READ_AGAIN: Duration = Duration::from_secs(1);

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
    /// again, when it can't be read, or is not to be yet.
    ///
    /// # Cancel safety
    /// Dropped, what is under way is still loaded.
    pub(crate) async fn load_mail(&self, mailbox: &Arc<Mailbox>) -> Result<(), Pin<Box<Sleep>>> {
        let router = &self.world.router;
        let Some(journal) = &router.journal else { return Ok(()) };
        if let Some(rest) = mailbox.rests_until_ms().and_then(|until| until.checked_sub(self.world.clock.now_ms()))
            && rest > 0
        {
            return Err(Box::pin(sleep(Duration::from_millis(rest))));
        }
        journal.load(&router.letters, (self.record.index, mailbox)).await.map_err(|error| {
            if !journal.is_held_up() {
                tracing::warn!(%error, "what waits in the store can't be read");
            }
            Box::pin(sleep(READ_AGAIN))
        })
    }
}
