//! The handlers that have, or had, deliveries.

use rusqlite::{Connection, OptionalExtension, params};

use super::deliveries::{self, DeliveryState};

/// One handler, as it is declared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared<'a> {
    pub(crate) daemon: &'a str,
    pub(crate) handler: &'a str,
    pub(crate) event: &'a str,
    /// Other names of the event.
    pub(crate) aliases: &'a [&'a str],
    /// Whether a handler that is new is owed all that is kept: `from = "oldest"`.
    pub(crate) from_oldest: bool,
}

/// The number of a handler, which is given one when it is new.
pub(crate) fn register(connection: &Connection, declared: &Declared<'_>, now: i64) -> rusqlite::Result<i64> {
    let Declared { daemon, handler, event, .. } = declared;
    for name in std::iter::once(event).chain(declared.aliases) {
        let known = "SELECT id FROM handlers WHERE daemon = ? AND handler = ? AND event = ?";
        let known = connection.prepare_cached(known)?.query_row(params![daemon, handler, name], |row| row.get(0));
        if let Some(id) = known.optional()? {
            return Ok(id);
        }
    }
    let last = "COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)";
    let insert = format!("INSERT INTO handlers (daemon, handler, event, since) VALUES (?, ?, ?, {last})");
    connection.execute(&insert, params![daemon, handler, event])?;
    let id = connection.last_insert_rowid();
    if declared.from_oldest {
        owe_all(connection, id, declared, now)?;
    }
    Ok(id)
}

fn owe_all(connection: &Connection, id: i64, declared: &Declared<'_>, now: i64) -> rusqlite::Result<()> {
    for name in std::iter::once(&declared.event).chain(declared.aliases) {
        let events: Vec<i64> = connection
            .prepare_cached("SELECT seq FROM events WHERE event = ? ORDER BY seq")?
            .query_map([name], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for event in events {
            deliveries::put(connection, (id, event), DeliveryState::Pending, None, now)?;
        }
    }
    Ok(())
}
