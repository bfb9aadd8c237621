//! Removes events that are settled everywhere and no longer kept.
//!
//! What is to go is looked up by a reader, since that may take long; the writer looks at each again.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

/// How many events one transaction removes, so that no emit waits long for it.
pub(crate) const BATCH: usize = 500;
/// How many free pages one transaction gives back to the disk.
const PAGES: u32 = 1000;

/// Of an event `e`: no delivery of it is owed or a live dead letter, nor is that in whose handler it was emitted, which
/// would emit it again.
const SETTLED: &str = "NOT EXISTS (SELECT 1 FROM deliveries d
        WHERE d.handler IN (SELECT id FROM handlers) AND d.event = e.seq AND d.state IN (0, 2, 3))
    AND NOT EXISTS (SELECT 1 FROM events cause JOIN deliveries d ON d.handler = e.cause_handler AND d.event = cause.seq
        WHERE cause.id = e.cause_event AND d.state IN (0, 2, 3))";

/// What is kept of one type of event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) event: &'static str,
    /// Its other names, under which older events are stored.
    pub(crate) aliases: &'static [&'static str],
    /// Up to which age; `None` for ever.
    pub(crate) age: Option<Duration>,
    /// Up to how many bytes of payload; `None` for any.
    pub(crate) bytes: Option<u64>,
}

impl Kept {
    /// All its names, those of older events first.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.aliases.iter().copied().chain([self.event])
    }
}

/// The oldest settled events of one type that are over its limits, so many at most.
pub(crate) fn overdue(connection: &Connection, kept: &Kept, now: i64, limit: usize) -> rusqlite::Result<Vec<i64>> {
    let mut over = bytes_over(connection, kept)?;
    let oldest = kept.age.map_or(i64::MIN, |age| now - age.as_millis() as i64);
    let mut overdue = Vec::new();
    for name in kept.names() {
        let settled = format!(
            "SELECT seq, emitted, OCTET_LENGTH(payload) FROM events e WHERE event = ? AND {SETTLED} ORDER BY seq"
        );
        let mut select = connection.prepare_cached(&settled)?;
        let mut rows = select.query([name])?;
        while overdue.len() < limit
            && let Some(row) = rows.next()?
        {
            let (seq, emitted, bytes): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if emitted >= oldest && over <= 0 {
                break;
            }
            over -= bytes;
            overdue.push(seq);
        }
    }
    Ok(overdue)
}

/// Removes those of the events that are settled still. Returns how many.
pub(crate) fn remove_settled(connection: &Connection, events: &[i64]) -> rusqlite::Result<usize> {
    let settled = format!("SELECT EXISTS (SELECT 1 FROM events e WHERE seq = ? AND {SETTLED})");
    let mut removed = 0;
    for seq in events {
        if connection.prepare_cached(&settled)?.query_row([seq], |row| row.get(0))? {
            remove(connection, *seq)?;
            removed += 1;
        }
    }
    Ok(removed)
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
    let sum = "SELECT COALESCE(SUM(OCTET_LENGTH(payload)), 0) FROM events WHERE event = ?";
    let mut over = -i64::try_from(limit).unwrap_or(i64::MAX);
    for name in kept.names() {
        over += connection.prepare_cached(sum)?.query_row([name], |row| row.get::<_, i64>(0))?;
    }
    Ok(over)
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
    use crate::store::{
        deliveries::{self, DeliveryState},
        events::{Cause, StoredEvent, append},
    };

    const KEPT: Kept = Kept { event: "NEW", aliases: &["OLD"], age: Some(Duration::from_millis(10)), bytes: None };

    /// Events of one millisecond after the other; the third was emitted by handler 1 for the first.
    fn store(events: &[(&str, &str)]) -> Connection {
        let connection = crate::store::schema::in_memory();
        let handler = "INSERT INTO handlers (daemon, handler, event, since) VALUES ('reader', 'on_it', 'NEW', 0)";
        connection.execute(handler, []).expect("it is new");
        for (number, (event, payload)) in (1_u8..).zip(events) {
            let event = StoredEvent {
                id: [number; 16],
                event: (*event).to_owned(),
                payload: (*payload).to_owned(),
                hops: 0,
                emitter: None,
                emitted: i64::from(number),
                cause: (number == 3).then_some(Cause { event: [1; 16], handler: 1 }),
                replay_of: None,
            };
            append(&connection, &event).expect("it is new");
        }
        connection
    }

    #[test]
    fn events_of_an_older_name_go_too() {
        let connection = store(&[("OLD", ""), ("NEW", ""), ("OTHER", ""), ("OLD", "")]);
        assert_eq!(overdue(&connection, &KEPT, 13, 9).expect("read"), [1, 2]);
        assert_eq!(overdue(&connection, &KEPT, 100, 9).expect("read"), [1, 4, 2]);
        assert_eq!(overdue(&connection, &KEPT, 100, 2).expect("read"), [1, 4]);
    }

    #[test]
    fn a_size_is_in_bytes_and_of_all_names() {
        let connection = store(&[("OLD", "ä"), ("NEW", "ä"), ("NEW", "ä"), ("NEW", "ä")]);
        let kept = Kept { age: None, bytes: Some(5), ..KEPT };
        assert_eq!(overdue(&connection, &kept, 0, 9).expect("read"), [1, 2]);
    }

    #[test]
    fn what_a_handler_emitted_stays_as_long_as_it_may_run_again() {
        let connection = store(&[("NEW", ""), ("OTHER", ""), ("NEW", "")]);
        for state in [DeliveryState::Pending, DeliveryState::Dead, DeliveryState::Exhausted] {
            deliveries::put(&connection, (1, 1), state, None, 0).expect("written");
            assert_eq!(overdue(&connection, &KEPT, 100, 9).expect("read"), [0; 0]);
            assert_eq!(remove_settled(&connection, &[1, 3]).expect("removed"), 0);
        }
        deliveries::put(&connection, (1, 1), DeliveryState::Done, None, 0).expect("written");
        assert_eq!(overdue(&connection, &KEPT, 100, 9).expect("read"), [1, 3]);
        assert_eq!(remove_settled(&connection, &[1, 3]).expect("removed"), 2);
    }

    #[test]
    fn a_thousand_free_pages_at_once_go_back_to_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = crate::store::open::connect(&folder.path().join("large.db")).expect("a file");
        let large = "CREATE TABLE large (bytes); INSERT INTO large VALUES (zeroblob(8000000)); DELETE FROM large";
        connection.execute_batch(large).expect("there is room");
        let free =
            || connection.pragma_query_value(None, "freelist_count", |row| row.get::<_, i64>(0)).expect("a number");
        let before = free();
        vacuum(&connection).expect("it is made for that");
        assert_eq!(before - free(), 1000);
    }

    #[test]
    fn pruned_numbers_become_ranges() {
        let connection = crate::store::schema::in_memory();
        for seq in [1, 3, 2, 7, 5, 6] {
            note_pruned(&connection, seq).expect("noted");
        }
        let mut select = connection.prepare("SELECT first, last FROM pruned ORDER BY first").expect("read");
        let ranges: Vec<(i64, i64)> =
            select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).and_then(Iterator::collect).expect("read");
        assert_eq!(ranges, [(1, 3), (5, 7)]);
    }
}
