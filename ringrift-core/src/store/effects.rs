//! What handlers did through `cx.once`, as long as their delivery is not settled.

use rusqlite::{Connection, Row, params};

use super::checksum::checksum;

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

/// Stands, begun, for the effects of a delivery of which damage may have taken some: nobody knows their names.
const LOST: &str = "(lost by damage)";

fn row_checksum((handler, event): (i64, i64), name: &str, value: Option<&str>) -> u32 {
    checksum(&[
        &handler.to_le_bytes(),
        &event.to_le_bytes(),
        name.as_bytes(),
        &[u8::from(value.is_some())],
        value.unwrap_or_default().as_bytes(),
    ])
}

/// Whether there are any.
pub(crate) fn any(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM effects)", [], |row| row.get(0))
}

/// Notes that an effect begins, unless it has before, or may have.
pub(crate) fn begin(connection: &Connection, delivery: (i64, i64), name: &str) -> rusqlite::Result<Effect> {
    let select = "SELECT * FROM effects WHERE handler = ? AND event = ? AND name IN (?, ?) ORDER BY name = ?3 DESC";
    let mut select = connection.prepare_cached(select)?;
    let mut rows = select.query(params![delivery.0, delivery.1, name, LOST])?;
    let Some(row) = rows.next()? else {
        put(connection, delivery, name, None)?;
        return Ok(Effect::New);
    };
    Ok(Stored::whole(row).and_then(|effect| effect.value).map_or(Effect::Begun, Effect::Done))
}

/// Notes what an effect came to, unless its delivery is settled, and it is forgotten.
pub(crate) fn done(connection: &Connection, delivery: (i64, i64), name: &str, value: &str) -> rusqlite::Result<()> {
    let update = "UPDATE effects SET value = ?, checksum = ? WHERE handler = ? AND event = ? AND name = ?";
    let checksum = row_checksum(delivery, name, Some(value));
    connection.prepare_cached(update)?.execute(params![value, checksum, delivery.0, delivery.1, name])?;
    Ok(())
}

/// A person says what an effect came to that was cut off. `Err` has the names of those that were, if it is none of them.
pub(crate) fn settle(
    connection: &Connection,
    delivery: (i64, i64),
    name: &str,
    value: &str,
) -> rusqlite::Result<Result<(), Vec<String>>> {
    let select = "SELECT name FROM effects WHERE handler = ? AND event = ? AND value IS NULL ORDER BY name";
    let mut begun = connection.prepare_cached(select)?;
    let begun: Vec<String> =
        begun.query_map([delivery.0, delivery.1], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    if !begun.iter().any(|begun| begun == name || begun == LOST) {
        return Ok(Err(begun));
    }
    put(connection, delivery, name, Some(value)).map(Ok)
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
pub(crate) fn hand_over(connection: &Connection, from: (i64, i64), to: i64) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached("SELECT * FROM effects WHERE handler = ? AND event = ?")?;
    let effects = select.query_map([from.0, from.1], |row| Ok(Stored::whole(row)))?;
    for effect in effects.collect::<rusqlite::Result<Vec<_>>>()? {
        let to = (to, from.1);
        match effect {
            Some(effect) => put(connection, to, &effect.name, effect.value.as_deref())?,
            None => note_lost(connection, to)?,
        }
    }
    forget(connection, from)
}

/// Forgets the effects of a delivery that is settled.
pub(crate) fn forget(connection: &Connection, (handler, event): (i64, i64)) -> rusqlite::Result<()> {
    let delete = "DELETE FROM effects WHERE handler = ? AND event = ?";
    connection.prepare_cached(delete)?.execute(params![handler, event])?;
    Ok(())
}

/// Damage may have taken effects of a delivery: it makes none until a person has looked.
pub(super) fn note_lost(connection: &Connection, delivery: (i64, i64)) -> rusqlite::Result<()> {
    put(connection, delivery, LOST, None)
}

/// Damage may have taken effects of any delivery that is not settled.
pub(super) fn note_lost_of_all(connection: &Connection) -> rusqlite::Result<()> {
    unsettled(connection)?.into_iter().try_for_each(|delivery| note_lost(connection, delivery))
}

/// Takes away rows that can't be trusted, and notes of whose delivery something is lost.
pub(super) fn take_away(connection: &Connection, damaged: &[Damaged]) -> rusqlite::Result<()> {
    if damaged.is_empty() {
        return Ok(());
    }
    let unsettled = unsettled(connection)?;
    for row in damaged {
        let delete = "DELETE FROM effects WHERE handler = ? AND event = ? AND CAST(name AS BLOB) = ?";
        connection.execute(delete, params![row.delivery.0, row.delivery.1, row.name])?;
        // If the delivery itself is what is damaged, the rest fits another one.
        let owner = unsettled.iter().find(|owner| row.fits(**owner));
        match owner.or_else(|| unsettled.iter().find(|owner| **owner == row.delivery)) {
            Some(owner) => note_lost(connection, *owner)?,
            None => note_lost_of_all(connection)?,
        }
    }
    Ok(())
}

/// Gives those that are there the checksum of what they are; not those that can't be read.
pub(super) fn add_checksums(connection: &Connection) -> rusqlite::Result<()> {
    let mut select = connection.prepare("SELECT * FROM effects")?;
    let effects = select.query_map([], |row| Ok(Stored::read(row).ok()))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut effects = effects.into_iter().flatten();
    effects.try_for_each(|effect| put(connection, effect.delivery, &effect.name, effect.value.as_deref()))
}

fn put(connection: &Connection, delivery: (i64, i64), name: &str, value: Option<&str>) -> rusqlite::Result<()> {
    let put = "INSERT OR REPLACE INTO effects VALUES (?, ?, ?, ?, ?)";
    let checksum = row_checksum(delivery, name, value);
    connection.prepare_cached(put)?.execute(params![delivery.0, delivery.1, name, value, checksum])?;
    Ok(())
}

/// The deliveries whose handlers may run again.
fn unsettled(connection: &Connection) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut select = connection.prepare("SELECT handler, event FROM deliveries WHERE state NOT IN (1, 4)")?;
    select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// An effect as it was read.
struct Stored {
    delivery: (i64, i64),
    name: String,
    value: Option<String>,
}

impl Stored {
    /// Reads a row but for its checksum.
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { delivery: (row.get(0)?, row.get(1)?), name: row.get(2)?, value: row.get(3)? })
    }

    /// Reads a row; `None` when it can't be trusted.
    fn whole(row: &Row<'_>) -> Option<Self> {
        let effect = Self::read(row).ok()?;
        let found = row_checksum(effect.delivery, &effect.name, effect.value.as_deref());
        (row.get(4) == Ok(found)).then_some(effect)
    }
}

/// A row that can't be trusted, as it is.
#[derive(Debug)]
pub(super) struct Damaged {
    pub(super) delivery: (i64, i64),
    pub(super) name: Vec<u8>,
    value: Option<Vec<u8>>,
    checksum: i64,
}

impl Damaged {
    /// Whether it would be whole as an effect of that delivery.
    fn fits(&self, delivery: (i64, i64)) -> bool {
        let (name, value) = (str::from_utf8(&self.name), self.value.as_deref().map(str::from_utf8).transpose());
        let (Ok(name), Ok(value)) = (name, value) else { return false };
        i64::from(row_checksum(delivery, name, value)) == self.checksum
    }
}

/// The rows that can't be trusted.
pub(super) fn damaged(connection: &Connection) -> rusqlite::Result<Vec<Damaged>> {
    let mut select = connection.prepare("SELECT * FROM effects")?;
    let mut rows = select.query([])?;
    let mut damaged = Vec::new();
    while let Some(row) = rows.next()? {
        if Stored::whole(row).is_none() {
            let bytes = |at| row.get_ref(at).map(|value| value.as_bytes_or_null().ok().flatten().map(<[u8]>::to_owned));
            damaged.push(Damaged {
                delivery: (row.get(0)?, row.get(1)?),
                name: bytes(2)?.unwrap_or_default(),
                value: bytes(3)?,
                checksum: row.get(4)?,
            });
        }
    }
    Ok(damaged)
}
