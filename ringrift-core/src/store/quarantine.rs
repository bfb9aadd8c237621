//! What can't be trusted or understood: set aside as it was, with its place and the reason.

use rusqlite::{Connection, ToSql, params, types::ValueRef};

use super::deliveries::{self, DeliveryState};

/// A delivery whose event can't be read: it is a dead letter for a person, and what is left of the
/// row is kept. Returns its letter.
pub(crate) fn delivery(
    connection: &Connection,
    (handler, event): (i64, i64),
    reason: &str,
    now: i64,
) -> rusqlite::Result<String> {
    let place = format!("event {event}");
    tracing::error!(event, handler, reason, "an event in the store can't be read: it is set aside");
    let known = "SELECT EXISTS (SELECT 1 FROM quarantine WHERE place = ?)";
    let is_known: bool = connection.prepare_cached(known)?.query_row([&place], |row| row.get(0))?;
    if !is_known {
        put(connection, &place, reason, ("SELECT * FROM events WHERE seq = ?", params![event]), now)?;
    }
    let letter = serde_json::json!({ "reason": "schema", "error_chain": [reason], "failed": now }).to_string();
    deliveries::put(connection, (handler, event), DeliveryState::Exhausted, Some(&letter), now)?;
    Ok(letter)
}

/// A dead letter whose row can't be trusted: it is for a person, under a new number.
pub(super) fn letter(
    connection: &Connection,
    (handler, event): (i64, i64),
    number: u32,
    now: i64,
) -> rusqlite::Result<()> {
    const REASON: &str = "the letter in the store can't be read: its checksum is another";
    row_of(connection, "letter", (handler, event), REASON, now)?;
    let letter = serde_json::json!({
        "number": number, "reason": "schema", "error_chain": [REASON], "is_fatal": true, "failed": now,
    });
    deliveries::put(connection, (handler, event), DeliveryState::Exhausted, Some(&letter.to_string()), now)
}

/// Sets the row of a delivery aside, as it is; `what` it is in the name of its place.
pub(super) fn row_of(
    connection: &Connection,
    what: &str,
    (handler, event): (i64, i64),
    reason: &str,
    now: i64,
) -> rusqlite::Result<()> {
    let place = format!("{what} of event {event} and handler {handler}");
    let row = "SELECT handler, event, state, since, letter, checksum FROM deliveries WHERE handler = ? AND event = ?";
    put(connection, &place, reason, (row, params![handler, event]), now)
}

/// A row, by a query that finds it.
type Found<'a> = (&'a str, &'a [&'a dyn ToSql]);

/// Sets a row aside, as it is.
pub(super) fn put(
    connection: &Connection,
    place: &str,
    reason: &str,
    row: Found<'_>,
    now: i64,
) -> rusqlite::Result<()> {
    let content = row_as_it_is(connection, row)?;
    let insert = "INSERT INTO quarantine (found, place, reason, content) VALUES (?, ?, ?, ?)";
    connection.prepare_cached(insert)?.execute(params![now, place, reason, content])?;
    Ok(())
}

/// Sets a row aside that stays where it is, unless it has been already. Returns whether it has not.
pub(super) fn put_once(
    connection: &Connection,
    place: &str,
    reason: &str,
    row: Found<'_>,
    now: i64,
) -> rusqlite::Result<bool> {
    let known = "SELECT EXISTS (SELECT 1 FROM quarantine WHERE place = ? AND content = ?)";
    let content = row_as_it_is(connection, row)?;
    if connection.query_row(known, params![place, content], |row| row.get(0))? {
        return Ok(false);
    }
    put(connection, place, reason, row, now).map(|()| true)
}

/// Sets rows aside of which nobody knows whose they are: their place and content are columns.
pub(super) fn copy(connection: &Connection, place: &str, content: &str, from: &str, now: i64) -> rusqlite::Result<()> {
    let insert = format!(
        "INSERT INTO quarantine (found, place, reason, content)
         SELECT ?, {place}, 'its handler is not known', {content} FROM {from}"
    );
    connection.execute(&insert, [now])?;
    Ok(())
}

/// The columns of a row, as text, whatever they hold.
fn row_as_it_is(connection: &Connection, (select, key): Found<'_>) -> rusqlite::Result<String> {
    let mut select = connection.prepare_cached(select)?;
    let mut rows = select.query(key)?;
    let Some(row) = rows.next()? else { return Ok(String::new()) };
    let mut text = String::new();
    for column in 0..row.as_ref().column_count() {
        let value = match row.get_ref(column)? {
            // A damaged text need not be UTF-8; what can't be set aside would hold up all behind it.
            ValueRef::Text(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
            value => format!("{value:?}"),
        };
        text.push_str(&format!("{}: {value}\n", row.as_ref().column_name(column)?));
    }
    Ok(text)
}
