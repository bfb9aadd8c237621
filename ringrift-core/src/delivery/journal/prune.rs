//! Removes what retention no longer keeps, a batch a transaction.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use super::Journal;
use crate::{
    store::{
        error::StoreError,
        millis,
        retention::{self, BATCH, Kept},
    },
    words::{event::EventMeta, retention::Retention},
};

/// How many events one look finds.
const AT_ONCE: usize = 20 * BATCH;

impl Journal {
    /// Removes every settled event that is older, or takes more room, than its type allows.
    ///
    /// # Cancel safety
    /// Dropped, what was removed is removed.
    pub(crate) async fn prune(self: &Arc<Self>) -> Result<u64, StoreError> {
        let mut total = 0;
        // Of the others there are those with a dead letter.
        for meta in &self.events {
            total += self.prune_type(meta).await?;
        }
        if total > 0 {
            self.store.run(retention::vacuum).await?;
            tracing::info!(events = total, "removed what is no longer kept");
        }
        Ok(total)
    }

    async fn prune_type(self: &Arc<Self>, meta: &EventMeta) -> Result<u64, StoreError> {
        let Retention { age, bytes } = meta.retention;
        let kept = Kept { event: meta.name, aliases: meta.aliases, age, bytes };
        let mut total = 0;
        loop {
            let now = millis(self.clock.wall());
            let overdue =
                self.store.read(move |connection| retention::overdue(connection, &kept, now, AT_ONCE)).await?;
            let before = total;
            for batch in overdue.chunks(BATCH) {
                let batch = batch.to_vec();
                let pruned = self.store.run(move |connection| retention::remove_settled(connection, &batch)).await?;
                self.note_pruned(meta, pruned as u64);
                total += pruned as u64;
            }
            if overdue.len() < AT_ONCE || total == before {
                return Ok(total);
            }
        }
    }

    fn note_pruned(&self, meta: &EventMeta, pruned: u64) {
        if let Some(route) = self.routes.get(meta.index()) {
            route.pruned.fetch_add(pruned, Relaxed);
        }
    }

    /// How many events of a type were removed since the start.
    pub(crate) fn pruned(&self, meta: &EventMeta) -> u64 {
        self.routes.get(meta.index()).map_or(0, |route| route.pruned.load(Relaxed))
    }
}
