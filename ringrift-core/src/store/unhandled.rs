//! What is owed to a handler that the program does not have: dead letters, until it is there again.

use rusqlite::{Connection, params};
use serde::Deserialize;

use super::{
    deliveries::{self, DeliveryState},
    letter_rows,
};

const REASON: &str = "no_handler";

/// A handler that was owed something, and is not there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unhandled {
    pub(crate) daemon: String,
    pub(crate) handler: String,
    pub(crate) event: String,
    /// How many deliveries are dead letters from now on.
    pub(crate) deliveries: usize,
}

/// What is read of a letter.
#[derive(Deserialize)]
struct Reason {
    reason: String,
}

/// Makes a dead letter of what is owed to handlers that are not among `known`.
pub(crate) fn bury(connection: &Connection, known: &[i64], now: i64) -> rusqlite::Result<Vec<Unhandled>> {
    let mut all = connection.prepare("SELECT id FROM handlers")?;
    let all: Vec<i64> = all.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut last = None;
    let mut unhandled = Vec::new();
    for handler in all.into_iter().filter(|handler| !known.contains(handler)) {
        let pending = deliveries::pending_places(connection, handler)?;
        for event in &pending {
            // Numbered here: of very many, most are read only once there is room for them.
            let number = last.map_or_else(|| letter_rows::last_number(connection), Ok)?.saturating_add(1);
            last = Some(number);
            let letter = letter(number, now);
            deliveries::put(connection, (handler, *event), DeliveryState::Exhausted, Some(&letter), now)?;
        }
        if !pending.is_empty() {
            unhandled.push(named(connection, handler, pending.len())?);
        }
    }
    Ok(unhandled)
}

/// Owes a handler that is there again what was buried while it was not.
pub(crate) fn revive(connection: &Connection, handler: i64, now: i64) -> rusqlite::Result<()> {
    let select = "SELECT event, state, letter, checksum FROM deliveries WHERE handler = ? AND letter IS NOT NULL";
    let mut revived: Vec<i64> = Vec::new();
    let mut letters = connection.prepare_cached(select)?;
    let mut rows = letters.query([handler])?;
    while let Some(row) = rows.next()? {
        let (event, state): (i64, u8) = (row.get(0)?, row.get(1)?);
        let letter = deliveries::read_letter(row, (handler, event), 1).unwrap_or_default();
        let is_unhandled = serde_json::from_str(&letter).is_ok_and(|Reason { reason }| reason == REASON);
        if is_unhandled && state == DeliveryState::Exhausted as u8 {
            revived.push(event);
        }
    }
    revived
        .iter()
        .try_for_each(|event| deliveries::put(connection, (handler, *event), DeliveryState::Pending, None, now))
}

fn named(connection: &Connection, handler: i64, deliveries: usize) -> rusqlite::Result<Unhandled> {
    let names = "SELECT daemon, handler, event FROM handlers WHERE id = ?";
    connection.query_row(names, params![handler], |row| {
        Ok(Unhandled { daemon: row.get(0)?, handler: row.get(1)?, event: row.get(2)?, deliveries })
    })
}

fn letter(number: u32, now: i64) -> String {
    let letter = serde_json::json!({
        "number": number,
        "reason": REASON,
        "error_chain": ["this program has no such handler any more"],
        "failed": now,
    });
    letter.to_string()
}
