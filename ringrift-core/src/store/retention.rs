//! Removes events that are settled everywhere and no longer kept.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

/// How many events one transaction removes, so that no emit waits long for it.
pub(crate) const BATCH: usize = 500;
/// How many free pages one transaction gives back to the disk.
const PAGES: u32 = 1000;

/// What is kept of one type of event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) event: &'static str,
    /// Up to which age; `None` for ever.
    pub(crate) age: Option<Duration>,
    /// Up to how many bytes of payload; `None` for any.
    pub(crate) bytes: Option<u64>,
}

/// Removes the oldest settled events of one type that are over its limits, [`BATCH`] at most. Returns how
/// many.
pub(crate) fn prune(connection: &Connection, kept: &Kept, now: i64) -> rusqlite::Result<usize> {
    let mut over = bytes_over(connection, kept)?;
    let oldest = kept.age.map_or(i64::MIN, |age| now - age.as_millis() as i64);
    let settled = "SELECT seq, emitted, LENGTH(payload) FROM events e WHERE event = ? AND NOT EXISTS
        (SELECT 1 FROM deliveries d WHERE d.handler IN (SELECT id FROM handlers) AND d.event = e.seq AND d.state IN (0, 2, 3))
        ORDER BY seq LIMIT ?";
    let mut select = connection.prepare_cached(settled)?;
    let mut rows = select.query(params![kept.event, BATCH as i64])?;
    let mut pruned = 0;
    while let Some(row) = rows.next()? {
        let (seq, emitted, bytes): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if emitted >= oldest && over <= 0 {
            break;
        }
        over -= bytes;
        remove(connection, seq)?;
        pruned += 1;
    }
    Ok(pruned)
}

/// Gives free pages back to the disk.
pub(crate) fn vacuum(connection: &Connection) -> rusqlite::Result<()> {
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
    let mut steps = vacuum.query([])?;
    // A page a step.
    while steps.next()?.is_some() {}
    Ok(())
}

/// By how much the payloads of a type are over its limit.
fn bytes_over(connection: &Connection, kept: &Kept) -> rusqlite::Result<i64> {
    let Some(limit) = kept.bytes else { return Ok(0) };
    let sum = "SELECT COALESCE(SUM(LENGTH(payload)), 0) FROM events WHERE event = ?";
    let stored: i64 = connection.prepare_cached(sum)?.query_row([kept.event], |row| row.get(0))?;
    Ok(stored - i64::try_from(limit).unwrap_or(i64::MAX))
}

pub(super) fn remove(connection: &Connection, seq: i64) -> rusqlite::Result<()> {
    let deliveries = "DELETE FROM deliveries WHERE handler IN (SELECT id FROM handlers) AND event = ?";
    connection.prepare_cached(deliveries)?.execute([seq])?;
    connection.prepare_cached("DELETE FROM events WHERE seq = ?")?.execute([seq])?;
    note_pruned(connection, seq)
}

/// Joins the number to a range that it touches.
fn note_pruned(connection: &Connection, seq: i64) -> rusqlite::Result<()> {
    let before = "SELECT first FROM pruned WHERE last = ?";
    let before: Option<i64> = connection.prepare_cached(before)?.query_row([seq - 1], |row| row.get(0)).optional()?;
    let after = "SELECT last FROM pruned WHERE first = ?";
    let after: Option<i64> = connection.prepare_cached(after)?.query_row([seq + 1], |row| row.get(0)).optional()?;
    if after.is_some() {
        connection.prepare_cached("DELETE FROM pruned WHERE first = ?")?.execute([seq + 1])?;
    }
    let (first, last) = (before.unwrap_or(seq), after.unwrap_or(seq));
    connection.prepare_cached("INSERT OR REPLACE INTO pruned VALUES (?, ?)")?.execute([first, last])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pruned_numbers_become_ranges() {
        let connection = Connection::open_in_memory().expect("memory");
        connection.execute_batch(include_str!("schema_1.sql")).expect("the tables");
        for seq in [1, 3, 2, 7, 5, 6] {
            note_pruned(&connection, seq).expect("noted");
        }
        let mut select = connection.prepare("SELECT first, last FROM pruned ORDER BY first").expect("read");
        let ranges: Vec<(i64, i64)> =
            select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).and_then(Iterator::collect).expect("read");
        assert_eq!(ranges, [(1, 3), (5, 7)]);
    }
}
