//! Rows of a file that is whole, and can't be trusted all the same: SQLite's pages have no checksums.
//!
//! What such a row says is not believed. It is set aside as it is, and what it was about is left to a
//! person, or told.

use rusqlite::{Connection, TransactionBehavior, params};

use super::{audit, deliveries, disabled, effects, handlers, letter_rows, quarantine, states};

/// Why a row is set aside.
const REASON: &str = "its checksum is another";

/// Sets aside what can't be trusted; says what that comes to, a line each.
pub(super) fn rows(connection: &mut Connection, now: i64) -> rusqlite::Result<Vec<String>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut told = Vec::new();
    for (count, what) in [
        (deliveries(&transaction, now)?, "deliveries that can't be read, and are repeated but for their effects"),
        (letters(&transaction, now)?, "dead letters that can't be read, and are for a person now"),
        (effects(&transaction, now)?, "effects of `once` that can't be read: their deliveries are left to a person"),
        (audit(&transaction, now)?, "notes of what operators did that can't be read"),
    ] {
        if count > 0 {
            told.push(format!("{what}: {count} set aside"));
        }
    }
    told.extend(states(&transaction, now)?);
    told.extend(disabled(&transaction, now)?);
    transaction.commit()?;
    Ok(told)
}

/// What was written last may be gone: effects, and that deliveries were settled.
pub(super) fn after_a_lost_log(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    effects::note_lost_of_all(&transaction)?;
    transaction.commit()
}

/// What became of a delivery whose row is damaged nobody knows: it is repeated, and as it may have been settled, and
/// its effects forgotten, it makes none. The row may be of another delivery, of which none is left: whoever has none
/// for what it hears is owed it when it registers. Returns how many.
fn deliveries(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    let damaged = deliveries::damaged(connection, "letter IS NULL")?;
    if damaged.is_empty() {
        return Ok(0);
    }
    damaged.iter().try_for_each(|delivery| quarantine::row_of(connection, "delivery", *delivery, REASON, now))?;
    let repeated = deliveries::repeat(connection, &damaged, now)?;
    repeated.into_iter().try_for_each(|delivery| effects::note_lost(connection, delivery))?;
    handlers::note_damage(connection, now)?;
    Ok(damaged.len())
}

/// A dead letter whose row is damaged is for a person, whatever state it says. Returns how many.
fn letters(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    let damaged = deliveries::damaged(connection, "letter IS NOT NULL")?;
    let mut last = None;
    for delivery in &damaged {
        let number = last.map_or_else(|| letter_rows::last_number(connection), Ok)?.saturating_add(1);
        last = Some(number);
        quarantine::letter(connection, *delivery, number, now)?;
    }
    Ok(damaged.len())
}

/// Of a delivery with a damaged effect nobody knows what it did: it is interrupted. Returns how many.
fn effects(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    let damaged = effects::damaged(connection)?;
    for row in &damaged {
        let (handler, event) = row.delivery;
        let place = format!("effect of event {event} and handler {handler}");
        let select = "SELECT handler, event, name, value, checksum FROM effects
            WHERE handler = ? AND event = ? AND CAST(name AS BLOB) = ?";
        quarantine::put(connection, &place, REASON, (select, params![handler, event, row.name]), now)?;
    }
    effects::take_away(connection, &damaged)?;
    Ok(damaged.len())
}

fn audit(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    let damaged = audit::damaged(connection)?;
    for number in &damaged {
        let row =
            ("SELECT number, at, action, subject, outcome, checksum FROM audit WHERE number = ?", params![number]);
        quarantine::put(connection, &format!("note {number}"), REASON, row, now)?;
        connection.execute("DELETE FROM audit WHERE number = ?", [number])?;
    }
    Ok(damaged.len())
}

/// A damaged state stays where it is: its daemon is told when it loads it, and saves another. But the name may be
/// what is damaged, and then it loads none.
fn states(connection: &Connection, now: i64) -> rusqlite::Result<Vec<String>> {
    let mut told = Vec::new();
    for (daemon, name) in states::damaged(connection)? {
        let place = format!("state `{}` of `{}`", lossy(&name), lossy(&daemon));
        let select = "SELECT daemon, name, value, saved, checksum FROM states
            WHERE CAST(daemon AS BLOB) = ? AND CAST(name AS BLOB) = ?";
        if quarantine::put_once(connection, &place, REASON, (select, params![daemon, name]), now)? {
            told.push(format!("the {place} can't be read: it is set aside"));
        }
    }
    Ok(told)
}

fn disabled(connection: &Connection, now: i64) -> rusqlite::Result<Vec<String>> {
    let mut told = Vec::new();
    for daemon in disabled::damaged(connection)? {
        let name = lossy(&daemon);
        let row = ("SELECT daemon, since, checksum FROM disabled WHERE CAST(daemon AS BLOB) = ?", params![daemon]);
        quarantine::put(connection, &format!("disabled daemon `{name}`"), REASON, row, now)?;
        connection.execute("DELETE FROM disabled WHERE CAST(daemon AS BLOB) = ?", [&daemon])?;
        told.push(format!("which daemon an operator disabled can't be read: it says `{name}`; it may run again"));
    }
    Ok(told)
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests;
