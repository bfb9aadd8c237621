//! Emits stored events again, for one daemon: copies of them, marked as such.

use std::sync::Arc;

use rusqlite::{Connection, params_from_iter, types::Value};

use super::{Journal, append::Append};
use crate::{
    store::{
        answered,
        error::StoreError,
        events::{self, StoredEvent},
    },
    words::event::EventMeta,
};

/// How many events are read at once.
const PAGE: usize = 256;

/// Which events are replayed.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    pub(crate) events: Vec<&'static EventMeta>,
    /// Milliseconds since 1970: from, and before.
    pub(crate) since: i64,
    pub(crate) until: i64,
}

/// What was replayed, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) events: u64,
    pub(crate) unreadable: u64,
}

impl Journal {
    /// How many events are in the range.
    pub(crate) async fn count(&self, range: &Range) -> Result<Count, StoreError> {
        let range = range.clone();
        let count = move |connection: &Connection| {
            let count = format!("SELECT COUNT(*) {}", matching(&range));
            connection.query_row(&count, params_from_iter(parameters(&range, 0, i64::MAX)), |row| row.get::<_, i64>(0))
        };
        let events = self.store.read(count).await? as u64;
        Ok(Count { events, unreadable: 0 })
    }

    /// Emits a copy of each event in the range to one daemon, oldest first.
    ///
    /// # Cancel safety
    /// Dropped, what was emitted is.
    pub(crate) async fn replay(self: &Arc<Self>, daemon: u32, range: &Range) -> Result<Count, StoreError> {
        let last = self.store.run(events::last).await?;
        let mut count = Count::default();
        let mut from = 0;
        loop {
            let page = range.clone();
            let rows = self.store.read(move |connection| read(connection, &page, from, last)).await?;
            let Some((seq, _)) = rows.last() else { return Ok(count) };
            from = *seq;
            for (_, row) in rows {
                match row.and_then(|row| self.copy(range, daemon, row)) {
                    Ok(append) => {
                        self.store.room().await;
                        let (append, outcome) = append.answered();
                        self.store.send(Box::new(append));
                        answered(outcome).await?;
                        count.events += 1;
                    }
                    Err(reason) => {
                        tracing::warn!(reason, "a stored event can't be replayed");
                        count.unreadable += 1;
                    }
                }
            }
        }
    }

    fn copy(self: &Arc<Self>, range: &Range, daemon: u32, row: StoredEvent) -> Result<Append, String> {
        let is_it = |meta: &&&EventMeta| meta.name == row.event || meta.aliases.contains(&row.event.as_str());
        let meta = range.events.iter().find(is_it).ok_or("its type is unknown")?;
        Append::replay(Arc::clone(self), meta, row, daemon)
    }
}

/// The events in the range, without those that are copies themselves.
fn matching(range: &Range) -> String {
    let names = vec!["?"; names(range).count()].join(", ");
    format!(
        "FROM events e WHERE e.event IN ({names}) AND e.replay_of IS NULL
         AND e.emitted >= ? AND e.emitted < ? AND e.seq > ? AND e.seq <= ?"
    )
}

fn names(range: &Range) -> impl Iterator<Item = &'static str> {
    range.events.iter().flat_map(|meta| std::iter::once(meta.name).chain(meta.aliases.iter().copied()))
}

fn parameters(range: &Range, from: i64, last: i64) -> Vec<Value> {
    let names = names(range).map(|name| Value::from(name.to_owned()));
    names.chain([range.since, range.until, from, last].map(Value::from)).collect()
}

type Rows = Vec<(i64, Result<StoredEvent, String>)>;

fn read(connection: &Connection, range: &Range, from: i64, last: i64) -> rusqlite::Result<Rows> {
    let select = format!("SELECT e.seq, {} {} ORDER BY e.seq LIMIT {PAGE}", events::COLUMNS, matching(range));
    let mut select = connection.prepare(&select)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, StoredEvent::read(row, 1)));
    select.query_map(params_from_iter(parameters(range, from, last)), row)?.collect()
}
