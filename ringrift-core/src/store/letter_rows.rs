//! Reads dead letters back, as many as there is room for.

use std::collections::HashSet;

use rusqlite::{Connection, Row};
use serde::Deserialize;

use super::{
    deliveries::{self, DeliveryState},
    events::{self, StoredEvent},
};

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

/// Those that are not settled: the ones that are retried come first. A state that is none is for a person.
const LIVE: [&str; 2] = ["d.state = 2", "d.state NOT IN (1, 2, 4)"];
const SETTLED: &str = "d.state IN (1, 4)";

/// As many dead letters as find room; the settled only where the others leave some.
pub(crate) fn first(connection: &Connection, room: usize) -> rusqlite::Result<Vec<StoredLetter>> {
    let mut found = Vec::new();
    for states in LIVE.into_iter().chain([SETTLED]) {
        let limit = (room - found.len()) as i64;
        let mut select = connection.prepare(&select(&format!("{states} LIMIT ?")))?;
        for row in select.query_map([limit], read)? {
            found.push(row?);
        }
    }
    Ok(found)
}

/// How many there are of each handler that are not settled.
pub(crate) fn live(connection: &Connection) -> rusqlite::Result<Vec<(i64, u64)>> {
    let count =
        "SELECT handler, COUNT(*) FROM deliveries WHERE letter IS NOT NULL AND state NOT IN (1, 4) GROUP BY handler";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64));
    connection.prepare(count)?.query_map([], read)?.collect()
}

/// Of those that are not settled and have a number up to `last`, as many as find room; without those that are
/// `here` already.
pub(crate) fn others(
    connection: &Connection,
    here: &HashSet<u32>,
    last: u32,
    room: usize,
) -> rusqlite::Result<Vec<StoredLetter>> {
    let mut found = Vec::new();
    for states in LIVE {
        let keys = format!(
            "SELECT handler, event, state, letter, checksum FROM deliveries d WHERE letter IS NOT NULL AND {states}"
        );
        let mut keys = connection.prepare(&keys)?;
        let mut keys = keys.query([])?;
        let mut one = connection.prepare_cached(&select("d.handler = ? AND d.event = ?"))?;
        while found.len() < room
            && let Some(row) = keys.next()?
        {
            let (handler, event) = (row.get(0)?, row.get(1)?);
            if number(row, (handler, event)).is_some_and(|number| number <= last && !here.contains(&number)) {
                found.push(one.query_row([handler, event], read)?);
            }
        }
    }
    Ok(found)
}

/// The highest number of all; 0 when none has one.
pub(crate) fn last_number(connection: &Connection) -> rusqlite::Result<u32> {
    let letters = "SELECT handler, event, state, letter, checksum FROM deliveries WHERE letter IS NOT NULL";
    let mut letters = connection.prepare(letters)?;
    let mut rows = letters.query([])?;
    let mut last = 0;
    while let Some(row) = rows.next()? {
        last = last.max(number(row, (row.get(0)?, row.get(1)?)).unwrap_or_default());
    }
    Ok(last)
}

/// The number in a letter, whose state, letter and checksum stand from the third column on; a damaged letter has none.
fn number(row: &Row<'_>, delivery: (i64, i64)) -> Option<u32> {
    #[derive(Deserialize)]
    struct Numbered {
        number: Option<u32>,
    }
    let letter = deliveries::read_letter(row, delivery, 2).ok()?;
    serde_json::from_str::<Numbered>(&letter).ok()?.number
}

fn select(which: &str) -> String {
    format!(
        "SELECT d.handler, d.event, d.state, d.letter, d.checksum, h.daemon, h.handler, {}
         FROM deliveries d JOIN handlers h ON h.id = d.handler LEFT JOIN events e ON e.seq = d.event
         WHERE d.letter IS NOT NULL AND {which}",
        events::COLUMNS
    )
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredLetter> {
    let (handler, seq) = (row.get(0)?, row.get(1)?);
    let letter = deliveries::read_letter(row, (handler, seq), 2);
    Ok(StoredLetter {
        handler,
        seq,
        daemon_name: row.get(5)?,
        handler_name: row.get(6)?,
        // Of a row that can't be trusted no state is believed.
        state: if letter.is_ok() { DeliveryState::from_number(row.get(2)?) } else { DeliveryState::Exhausted },
        event: StoredEvent::read(row, 7),
        letter,
    })
}
