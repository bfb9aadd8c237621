//! Dead letters as rows: deliveries that carry a letter.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    deliveries::{self, DeliveryState},
    effects,
    events::{self, StoredEvent},
    failpoint,
};

/// Where a letter is kept.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) handler: Handler,
    /// The id of its event.
    pub(crate) event: [u8; 16],
}

/// The handler of a letter.
#[derive(Debug, Clone)]
pub(crate) enum Handler {
    Number(i64),
    /// One that this program does not have.
    Named {
        daemon: String,
        handler: String,
        event: String,
    },
}

/// A dead letter as it was read.
#[derive(Debug)]
pub(crate) struct StoredLetter {
    pub(crate) handler: i64,
    pub(crate) daemon_name: String,
    pub(crate) handler_name: String,
    pub(crate) seq: i64,
    pub(crate) state: DeliveryState,
    /// `Err` says why it can't be read.
    pub(crate) event: Result<StoredEvent, String>,
    /// As JSON; `Err` says why it can't be read.
    pub(crate) letter: Result<String, String>,
}

/// Writes a letter, or what has become of it; of a new one also its event, if that is not there yet.
pub(crate) fn keep(
    connection: &Connection,
    address: &Address,
    event: Option<&StoredEvent>,
    state: DeliveryState,
    letter: Option<&str>,
    now: i64,
) -> rusqlite::Result<()> {
    failpoint::at("store.letter.before")?;
    let seq = match (events::place(connection, &address.event)?, event) {
        (Some(seq), _) => seq,
        (None, Some(event)) => events::append(connection, event)?.0,
        // Pruned, or never written: then there is nothing to change.
        (None, None) => return Ok(()),
    };
    let handler = match &address.handler {
        Handler::Number(number) => *number,
        Handler::Named { daemon, handler, event } => gone(connection, daemon, handler, event)?,
    };
    deliveries::put(connection, (handler, seq), state, letter, now)?;
    if matches!(state, DeliveryState::Done | DeliveryState::Discarded) {
        effects::forget(connection, (handler, seq))?;
    }
    failpoint::at("store.letter.after")
}

/// The number of a handler that this program does not have.
fn gone(connection: &Connection, daemon: &str, handler: &str, event: &str) -> rusqlite::Result<i64> {
    let known = "SELECT id FROM handlers WHERE daemon = ? AND handler = ? AND event = ?";
    let names = params![daemon, handler, event];
    if let Some(id) = connection.prepare_cached(known)?.query_row(names, |row| row.get(0)).optional()? {
        return Ok(id);
    }
    let insert = "INSERT INTO handlers (daemon, handler, event, since) VALUES (?, ?, ?, ?)";
    connection.execute(insert, params![daemon, handler, event, events::last(connection)?])?;
    Ok(connection.last_insert_rowid())
}

/// Makes a dead letter of what is owed to handlers that are not among `known`. Returns how many.
pub(crate) fn bury_unhandled(connection: &Connection, known: &[i64], now: i64) -> rusqlite::Result<usize> {
    let mut all = connection.prepare("SELECT id FROM handlers")?;
    let all: Vec<i64> = all.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let letter = serde_json::json!({
        "reason": "no_handler",
        "error_chain": ["this program has no such handler any more"],
        "failed": now,
    });
    let mut buried = 0;
    for handler in all.into_iter().filter(|handler| !known.contains(handler)) {
        for pending in deliveries::pending_places(connection, handler)? {
            let letter = letter.to_string();
            deliveries::put(connection, (handler, pending), DeliveryState::Exhausted, Some(&letter), now)?;
            buried += 1;
        }
    }
    Ok(buried)
}

/// All dead letters, oldest event first.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<StoredLetter>> {
    let select = format!(
        "SELECT d.handler, d.event, d.state, d.letter, d.checksum, h.daemon, h.handler, {}
         FROM deliveries d JOIN handlers h ON h.id = d.handler LEFT JOIN events e ON e.seq = d.event
         WHERE d.letter IS NOT NULL ORDER BY d.event, d.handler",
        events::COLUMNS
    );
    let read = |row: &Row<'_>| {
        let (handler, seq) = (row.get(0)?, row.get(1)?);
        Ok(StoredLetter {
            handler,
            seq,
            daemon_name: row.get(5)?,
            handler_name: row.get(6)?,
            state: DeliveryState::from_number(row.get(2)?),
            event: StoredEvent::read(row, 7),
            letter: deliveries::read_letter(row, (handler, seq), 2),
        })
    };
    connection.prepare(&select)?.query_map([], read)?.collect()
}
