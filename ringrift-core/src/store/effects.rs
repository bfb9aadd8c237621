//! What handlers did through `cx.once`, as long as their delivery is not settled.

use rusqlite::{Connection, OptionalExtension, params};

/// How far an effect had come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Not begun before; it is begun now.
    New,
    /// Begun, and nobody knows how it ended.
    Begun,
    /// Done, with its value as JSON.
    Done(String),
}

/// Whether there are any.
pub(crate) fn any(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM effects)", [], |row| row.get(0))
}

/// Notes that an effect begins, unless it has before.
pub(crate) fn begin(connection: &Connection, (handler, event): (i64, i64), name: &str) -> rusqlite::Result<Effect> {
    let select = "SELECT value FROM effects WHERE handler = ? AND event = ? AND name = ?";
    let known = connection
        .prepare_cached(select)?
        .query_row(params![handler, event, name], |row| row.get::<_, Option<String>>(0))
        .optional()?;
    if let Some(value) = known {
        return Ok(value.map_or(Effect::Begun, Effect::Done));
    }
    let insert = "INSERT INTO effects (handler, event, name) VALUES (?, ?, ?)";
    connection.prepare_cached(insert)?.execute(params![handler, event, name])?;
    Ok(Effect::New)
}

/// Notes what an effect came to, unless its delivery is settled, and it is forgotten.
pub(crate) fn done(
    connection: &Connection,
    (handler, event): (i64, i64),
    name: &str,
    value: &str,
) -> rusqlite::Result<()> {
    let update = "UPDATE effects SET value = ? WHERE handler = ? AND event = ? AND name = ?";
    connection.prepare_cached(update)?.execute(params![value, handler, event, name])?;
    Ok(())
}

/// A person says what an effect came to that was cut off. `Err` has the names of those that were, if it is none of them.
pub(crate) fn settle(
    connection: &Connection,
    (handler, event): (i64, i64),
    name: &str,
    value: &str,
) -> rusqlite::Result<Result<(), Vec<String>>> {
    let select = "SELECT name FROM effects WHERE handler = ? AND event = ? AND value IS NULL ORDER BY name";
    let mut begun = connection.prepare_cached(select)?;
    let begun: Vec<String> =
        begun.query_map(params![handler, event], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    if !begun.iter().any(|begun| begun == name) {
        return Ok(Err(begun));
    }
    done(connection, (handler, event), name, value).map(Ok)
}

/// Notes that an effect was not made: it may begin again.
pub(crate) fn undo(connection: &Connection, (handler, event): (i64, i64), name: &str) -> rusqlite::Result<()> {
    let delete = "DELETE FROM effects WHERE handler = ? AND event = ? AND name = ?";
    connection.prepare_cached(delete)?.execute(params![handler, event, name])?;
    Ok(())
}

/// Lets the effects begin anew of which nobody knows how they ended.
pub(crate) fn begin_anew(connection: &Connection, (handler, event): (i64, i64)) -> rusqlite::Result<()> {
    let delete = "DELETE FROM effects WHERE handler = ? AND event = ? AND value IS NULL";
    connection.prepare_cached(delete)?.execute(params![handler, event])?;
    Ok(())
}

/// The delivery is another handler's now, which is not to repeat what the first did.
pub(crate) fn hand_over(connection: &Connection, (from, event): (i64, i64), to: i64) -> rusqlite::Result<()> {
    let update = "UPDATE OR REPLACE effects SET handler = ? WHERE handler = ? AND event = ?";
    connection.prepare_cached(update)?.execute(params![to, from, event])?;
    Ok(())
}

/// Forgets the effects of a delivery that is settled.
pub(crate) fn forget(connection: &Connection, (handler, event): (i64, i64)) -> rusqlite::Result<()> {
    let delete = "DELETE FROM effects WHERE handler = ? AND event = ?";
    connection.prepare_cached(delete)?.execute(params![handler, event])?;
    Ok(())
}
