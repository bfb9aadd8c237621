//! Deliveries as rows: one an event and handler.

use rusqlite::{Connection, Row, params};

use super::checksum::checksum;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum DeliveryState {
    Pending = 0,
    Done = 1,
    /// A dead letter that is retried.
    Dead = 2,
    /// A dead letter for a person.
    Exhausted = 3,
    Discarded = 4,
}

impl DeliveryState {
    /// What a number stands for; one that is none is a dead letter for a person.
    pub(super) const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Pending,
            1 => Self::Done,
            2 => Self::Dead,
            4 => Self::Discarded,
            _ => Self::Exhausted,
        }
    }
}

pub(super) fn row_checksum(handler: i64, event: i64, state: u8, letter: Option<&str>) -> u32 {
    let letter = letter.unwrap_or_default().as_bytes();
    checksum(&[&handler.to_le_bytes(), &event.to_le_bytes(), &[state], letter])
}

pub(super) fn put(
    connection: &Connection,
    (handler, event): (i64, i64),
    state: DeliveryState,
    letter: Option<&str>,
    now: i64,
) -> rusqlite::Result<()> {
    let state = state as u8;
    let put = "INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?, ?, ?, ?)";
    let checksum = row_checksum(handler, event, state, letter);
    connection.prepare_cached(put)?.execute(params![handler, event, state, now, letter, checksum])?;
    Ok(())
}

/// There is no such delivery any more.
pub(super) fn remove(connection: &Connection, (handler, event): (i64, i64)) -> rusqlite::Result<()> {
    let delete = "DELETE FROM deliveries WHERE handler = ? AND event = ?";
    connection.prepare_cached(delete)?.execute(params![handler, event])?;
    Ok(())
}

/// Whether there is any delivery of an event, whatever became of it.
pub(super) fn any_of(connection: &Connection, event: i64) -> rusqlite::Result<bool> {
    let any = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE handler IN (SELECT id FROM handlers) AND event = ?)";
    connection.prepare_cached(any)?.query_row([event], |row| row.get(0))
}

/// A delivery that is there has come into a state without a letter.
pub(super) fn change(
    connection: &Connection,
    (handler, event): (i64, i64),
    state: DeliveryState,
    now: i64,
) -> rusqlite::Result<()> {
    let state = state as u8;
    let update =
        "UPDATE deliveries SET state = ?, since = ?, letter = NULL, checksum = ? WHERE handler = ? AND event = ?";
    let checksum = row_checksum(handler, event, state, None);
    connection.prepare_cached(update)?.execute(params![state, now, checksum, handler, event])?;
    Ok(())
}

/// A handler is owed an event that it has never been owed. Only damage can have left a row of it.
pub(crate) fn owe(connection: &Connection, handler: i64, event: i64, now: i64) -> rusqlite::Result<()> {
    put(connection, (handler, event), DeliveryState::Pending, None, now)
}

/// The places of the events that a handler is owed.
pub(crate) fn pending_places(connection: &Connection, handler: i64) -> rusqlite::Result<Vec<i64>> {
    let select = "SELECT event FROM deliveries WHERE handler = ? AND state = 0 ORDER BY event";
    connection.prepare_cached(select)?.query_map([handler], |row| row.get(0))?.collect()
}

/// The letter of a delivery, whose state, letter and checksum stand from a column on; `Err` says why it can't
/// be trusted.
pub(super) fn read_letter(row: &Row<'_>, (handler, event): (i64, i64), from: usize) -> Result<String, String> {
    let read = || -> rusqlite::Result<(u8, Option<String>, u32)> {
        Ok((row.get(from)?, row.get(from + 1)?, row.get(from + 2)?))
    };
    let (state, letter, kept) = read().map_err(|error| error.to_string())?;
    let found = row_checksum(handler, event, state, letter.as_deref());
    if found == kept {
        Ok(letter.unwrap_or_default())
    } else {
        Err(format!("its checksum is {found:08x}, and not {kept:08x}"))
    }
}

/// Owes damaged deliveries again, since nobody can tell what became of them. Returns those that are left.
pub(super) fn repeat(connection: &Connection, damaged: &[(i64, i64)], now: i64) -> rusqlite::Result<Vec<(i64, i64)>> {
    // What is damaged may be whose it is. Whoever is owed it then has no row, and is owed it when it registers.
    let of_another = "DELETE FROM deliveries WHERE handler = ? AND event = ? AND
        (handler NOT IN (SELECT id FROM handlers) OR EXISTS
            (SELECT 1 FROM handlers h JOIN events e ON e.event <> h.event
             WHERE h.id = deliveries.handler AND e.seq = deliveries.event))";
    let mut of_another = connection.prepare(of_another)?;
    let mut repeated = Vec::new();
    for (handler, event) in damaged {
        put(connection, (*handler, *event), DeliveryState::Pending, None, now)?;
        if of_another.execute([handler, event])? == 0 {
            repeated.push((*handler, *event));
        }
    }
    Ok(repeated)
}

/// Whether a whole delivery belongs to a handler that is not there.
pub(super) fn any_of_nobody(connection: &Connection) -> rusqlite::Result<bool> {
    let damaged = damaged(connection, "TRUE")?;
    let all = "SELECT handler, event FROM deliveries WHERE handler NOT IN (SELECT id FROM handlers)";
    let mut all = connection.prepare(all)?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        if damaged.binary_search(&(row.get(0)?, row.get(1)?)).is_err() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The deliveries, of those that a condition names, whose rows can't be trusted, in order.
pub(super) fn damaged(connection: &Connection, which: &str) -> rusqlite::Result<Vec<(i64, i64)>> {
    let select =
        format!("SELECT handler, event, state, letter, checksum FROM deliveries WHERE {which} ORDER BY handler, event");
    let mut select = connection.prepare(&select)?;
    let mut rows = select.query([])?;
    let mut damaged = Vec::new();
    while let Some(row) = rows.next()? {
        let delivery = (row.get(0)?, row.get(1)?);
        if read_letter(row, delivery, 2).is_err() {
            damaged.push(delivery);
        }
    }
    Ok(damaged)
}

/// How many deliveries a handler is owed, and the first event of them.
pub(crate) fn count_pending(connection: &Connection, handler: i64) -> rusqlite::Result<Option<(u64, i64)>> {
    let count = "SELECT COUNT(*), MIN(event) FROM deliveries WHERE handler = ? AND state = 0";
    let (count, first): (i64, Option<i64>) =
        connection.prepare_cached(count)?.query_row([handler], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(first.map(|first| (count as u64, first)))
}
