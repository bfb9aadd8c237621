//! Events as rows.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{checksum::checksum, failpoint};

/// The delivery in whose handler an event was emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) event: [u8; 16],
    pub(crate) handler: i64,
}

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredEvent {
    pub(crate) id: [u8; 16],
    pub(crate) event: String,
    pub(crate) payload: String,
    pub(crate) hops: u8,
    /// The daemon; `None` for outside.
    pub(crate) emitter: Option<String>,
    /// Milliseconds since 1970.
    pub(crate) emitted: i64,
    pub(crate) cause: Option<Cause>,
    /// The event that it is a copy of, for one daemon; itself where it was stored with a dead letter only.
    pub(crate) replay_of: Option<[u8; 16]>,
}

/// The columns that [`StoredEvent::read`] reads, and the checksum.
pub(crate) const COLUMNS: &str =
    "e.id, e.event, e.payload, e.hops, e.emitter, e.emitted, e.cause_event, e.cause_handler, e.replay_of, e.checksum";

impl StoredEvent {
    fn checksum(&self) -> u32 {
        let cause = self.cause.map(|cause| (cause.event, cause.handler.to_le_bytes()));
        let (cause_event, cause_handler) = cause.as_ref().map_or((&[][..], &[][..]), |(event, id)| (event, id));
        checksum(&[
            &self.id,
            self.event.as_bytes(),
            self.payload.as_bytes(),
            &[self.hops, u8::from(self.emitter.is_some())],
            self.emitter.as_deref().unwrap_or_default().as_bytes(),
            &self.emitted.to_le_bytes(),
            cause_event,
            cause_handler,
            self.replay_of.as_ref().map_or(&[], |id| id),
        ])
    }

    /// Reads the [`COLUMNS`] from a place of the row on; `Err` says why the row can't be trusted.
    pub(crate) fn read(row: &Row<'_>, from: usize) -> Result<Self, String> {
        let read = || -> rusqlite::Result<(Self, u32)> {
            let cause_event: Option<[u8; 16]> = row.get(from + 6)?;
            let cause_handler: Option<i64> = row.get(from + 7)?;
            let event = Self {
                id: row.get(from)?,
                event: row.get(from + 1)?,
                payload: row.get(from + 2)?,
                hops: row.get(from + 3)?,
                emitter: row.get(from + 4)?,
                emitted: row.get(from + 5)?,
                cause: cause_event.zip(cause_handler).map(|(event, handler)| Cause { event, handler }),
                replay_of: row.get(from + 8)?,
            };
            Ok((event, row.get(from + 9)?))
        };
        let (event, kept) = read().map_err(|error| error.to_string())?;
        let found = event.checksum();
        if found == kept { Ok(event) } else { Err(format!("its checksum is {found:08x}, and not {kept:08x}")) }
    }
}

/// Adds an event; returns its place, and whether it is new. One with a cause may be there already,
/// when its handler ran before.
pub(crate) fn append(connection: &Connection, event: &StoredEvent) -> rusqlite::Result<(i64, bool)> {
    failpoint::at("store.append.before")?;
    if event.cause.is_some()
        && let Some(seq) = find(connection, &event.id)?
    {
        return Ok((seq, false));
    }
    let insert = "INSERT INTO events (id, event, payload, hops, emitter, emitted, cause_event, cause_handler, replay_of, checksum)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(insert)?.execute(params![
        event.id,
        event.event,
        event.payload,
        event.hops,
        event.emitter,
        event.emitted,
        event.cause.map(|cause| cause.event),
        event.cause.map(|cause| cause.handler),
        event.replay_of,
        event.checksum(),
    ])?;
    failpoint::at("store.append.after")?;
    Ok((connection.last_insert_rowid(), true))
}

/// The last number that was given out.
pub(crate) fn last(connection: &Connection) -> rusqlite::Result<i64> {
    let last = "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)";
    connection.query_row(last, [], |row| row.get(0))
}

/// The place of an event.
pub(crate) fn find(connection: &Connection, id: &[u8; 16]) -> rusqlite::Result<Option<i64>> {
    connection.prepare_cached("SELECT seq FROM events WHERE id = ?")?.query_row([id], |row| row.get(0)).optional()
}
