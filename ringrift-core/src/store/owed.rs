//! What the handlers of a daemon are owed, in the order of the store.
//!
//! No index tells what is owed: each event would have to be entered and struck out there, and its page synced. What
//! is owed lies together behind a daemon's first, so it is looked for from there on, in stretches: one handler that
//! is owed nothing is not read to its end each time because another is owed much.

use rusqlite::{Connection, params};

use super::events::{self, StoredEvent};

/// A delivery that is owed, with its event.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) handler: i64,
    pub(crate) seq: i64,
    /// `Err` says why it can't be read.
    pub(crate) event: Result<StoredEvent, String>,
}

/// What was found, each with the handler's place; and from where on more may be.
pub(crate) type Rows = (Vec<(u16, Pending)>, Option<u64>);

/// What handlers are owed, by event and handler, whole events only. Each stretch is twice as long as the one before,
/// so that no more is looked at than twice the way from the first of what is returned to the last.
pub(crate) fn rows(connection: &Connection, handlers: &[i64], from: u64, room: u64) -> rusqlite::Result<Rows> {
    let mut last = 0;
    for handler in handlers {
        last = last.max(last_event(connection, *handler)?);
    }
    let (mut rows, mut from, mut length) = (Vec::new(), from as i64, room as i64);
    while from <= last {
        let room = (room as usize).saturating_sub(rows.len());
        if room == 0 {
            return Ok((rows, Some(from as u64)));
        }
        let until = from.saturating_add(length - 1);
        let (found, next) = stretch(connection, handlers, (from, until), room)?;
        rows.extend(found);
        if next.is_some() {
            return Ok((rows, next));
        }
        (from, length) = (until.saturating_add(1), length.saturating_mul(2));
    }
    Ok((rows, None))
}

/// The last event that a handler was ever owed; 0 where there is none.
fn last_event(connection: &Connection, handler: i64) -> rusqlite::Result<i64> {
    let last = "SELECT COALESCE(MAX(event), 0) FROM deliveries WHERE handler = ?";
    connection.prepare_cached(last)?.query_row([handler], |row| row.get(0))
}

/// Those of a stretch, as far as there is room.
fn stretch(connection: &Connection, handlers: &[i64], (from, end): (i64, i64), room: usize) -> rusqlite::Result<Rows> {
    let mut rows = Vec::new();
    // Up to which event all is here.
    let mut until = end;
    for (slot, handler) in handlers.iter().enumerate() {
        let page = pending(connection, *handler, (from, until), room)?;
        if let Some(last) = page.deliveries.last().filter(|_| page.is_cut) {
            until = until.min(last.seq);
        }
        rows.extend(page.deliveries.into_iter().map(|row| (slot as u16, row)));
    }
    rows.sort_by_key(|(slot, row)| (row.seq, *slot));
    if let Some((_, last)) = rows.get(room - 1) {
        until = until.min(last.seq);
    }
    let whole = rows.partition_point(|(_, row)| row.seq <= until);
    let is_more = until < end || whole < rows.len();
    rows.truncate(whole);
    Ok((rows, is_more.then(|| until as u64 + 1)))
}

/// The most that a page holds of the payloads of one handler, in bytes; but at least one event.
const PAGE: usize = 8 << 20;

/// Some of what a handler is owed, in order.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) deliveries: Vec<Pending>,
    /// Whether more may follow.
    pub(crate) is_cut: bool,
}

/// The first deliveries that a handler is owed, of a range of events.
pub(crate) fn pending(
    connection: &Connection,
    handler: i64,
    (from, until): (i64, i64),
    limit: usize,
) -> rusqlite::Result<Page> {
    let select = format!(
        "SELECT d.event, {} FROM deliveries d LEFT JOIN events e ON e.seq = d.event
         WHERE d.handler = ? AND d.state = 0 AND d.event BETWEEN ? AND ? ORDER BY d.event LIMIT ?",
        events::COLUMNS
    );
    let mut select = connection.prepare_cached(&select)?;
    let mut rows = select.query(params![handler, from, until, limit as i64])?;
    let (mut deliveries, mut bytes) = (Vec::new(), 0);
    while bytes < PAGE
        && let Some(row) = rows.next()?
    {
        let event = StoredEvent::read(row, 1);
        bytes += event.as_ref().map_or(0, |event| event.payload.len());
        deliveries.push(Pending { handler, seq: row.get(0)?, event });
    }
    let is_cut = deliveries.len() == limit || bytes >= PAGE;
    Ok(Page { deliveries, is_cut })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{deliveries::owe, schema};

    /// So many events: one handler is owed each, one every tenth, and one every hundredth.
    fn store(count: u8, payload: &str) -> Connection {
        let connection = schema::in_memory();
        for number in 1..=count {
            let event = StoredEvent {
                id: [number; 16],
                event: "OWED".to_owned(),
                payload: payload.to_owned(),
                hops: 0,
                emitter: None,
                emitted: 0,
                cause: None,
                replay_of: None,
            };
            let (seq, _) = events::append(&connection, &event).expect("it is new");
            for (handler, every) in [(1, 1), (2, 10), (3, 100)] {
                if seq % every == 0 {
                    owe(&connection, handler, seq, 0).expect("it is new");
                }
            }
        }
        connection
    }

    /// The events and places of what is found, and from where on more may be.
    fn found(handlers: &[i64], from: u64, room: u64) -> (Vec<(i64, u16)>, Option<u64>) {
        let (rows, next) = rows(&store(100, ""), handlers, from, room).expect("read");
        (rows.iter().map(|(slot, row)| (row.seq, *slot)).collect(), next)
    }

    #[test]
    fn as_much_is_found_as_there_is_room_for_and_the_rest_from_there_on() {
        assert_eq!(found(&[1], 1, 3), (vec![(1, 0), (2, 0), (3, 0)], Some(4)));
        assert_eq!(found(&[1], 99, 3), (vec![(99, 0), (100, 0)], None));
    }

    #[test]
    fn what_lies_far_apart_is_found_at_once() {
        assert_eq!(found(&[2], 1, 4), (vec![(10, 0), (20, 0), (30, 0), (40, 0)], Some(41)));
        assert_eq!(found(&[3], 1, 4), (vec![(100, 0)], None));
    }

    #[test]
    fn handlers_take_turns_in_the_order_of_the_events() {
        assert_eq!(found(&[2, 1], 8, 4), (vec![(8, 1), (9, 1), (10, 0), (10, 1)], Some(11)));
        assert_eq!(found(&[2, 1], 10, 1), (vec![(10, 0), (10, 1)], Some(11)), "a whole event, whatever the room");
    }

    #[test]
    fn a_page_has_eight_megabytes_at_most() {
        let page = |count, from, limit| {
            let page = pending(&store(count, &"x".repeat(1 << 20)), 1, (from, 100), limit).expect("read");
            (page.deliveries.len(), page.is_cut)
        };
        assert_eq!(page(10, 1, 1000), (8, true));
        assert_eq!(page(10, 9, 1000), (2, false));
        assert_eq!(page(10, 1, 4), (4, true));
    }
}
