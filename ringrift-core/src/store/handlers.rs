//! The handlers that have, or had, deliveries.

use rusqlite::{Connection, OptionalExtension, params};

use super::{deliveries, effects, events};

/// One handler, as it is declared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared<'a> {
    pub(crate) daemon: &'a str,
    pub(crate) handler: &'a str,
    pub(crate) event: &'a str,
    /// Other names of the event.
    pub(crate) aliases: &'a [&'a str],
    /// Whether its events are stored as such, and not only with a dead letter.
    pub(crate) is_durable: bool,
    /// Whether a handler that is new is owed all that is kept: `from = "oldest"`.
    pub(crate) from_oldest: bool,
}

impl Declared<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.event).chain(self.aliases.iter().copied())
    }
}

/// In the quarantine: up to this event nobody knows what was owed.
const DELIVERIES: &str = "deliveries";
/// In the quarantine: a handler that was known up to this event may not be any more.
const HANDLERS: &str = "handlers";

/// The number of a handler, which is given one when it is new; and how many events it is owed again,
/// because of damage.
pub(crate) fn register(connection: &Connection, declared: &Declared<'_>, now: i64) -> rusqlite::Result<(i64, usize)> {
    let Declared { daemon, handler, event, from_oldest, .. } = declared;
    for name in declared.names() {
        let known = "SELECT id, since FROM handlers WHERE daemon = ? AND handler = ? AND event = ?";
        let found = connection
            .prepare_cached(known)?
            .query_row(params![daemon, handler, name], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((id, since)) = found {
            let since = if *from_oldest { 0 } else { since };
            let again = owe_again(connection, (id, declared), (since, noted(connection, DELIVERIES)?), now)?;
            return Ok((id, again));
        }
    }
    let insert = "INSERT INTO handlers (daemon, handler, event, since) VALUES (?, ?, ?, ?)";
    connection.execute(insert, params![daemon, handler, event, events::last(connection)?])?;
    let id = connection.last_insert_rowid();
    let again = owe_again(connection, (id, declared), (0, noted(connection, HANDLERS)?), now)?;
    if *from_oldest {
        owe_kept(connection, (id, declared), (0, i64::MAX), now)?;
    }
    Ok((id, again))
}

/// Owes a handler the events of a range whose deliveries damage may have taken. Returns how many.
fn owe_again(
    connection: &Connection,
    handler: (i64, &Declared<'_>),
    range: (i64, i64),
    now: i64,
) -> rusqlite::Result<usize> {
    let owed = owe_kept(connection, handler, range, now)?;
    // They may have been settled, and their effects forgotten.
    owed.iter().try_for_each(|event| effects::note_lost(connection, (handler.0, *event)))?;
    Ok(owed.len())
}

/// Owes a handler the events of a range that it is not, and never was, owed. Copies were made for another.
fn owe_kept(
    connection: &Connection,
    (id, declared): (i64, &Declared<'_>),
    (after, until): (i64, i64),
    now: i64,
) -> rusqlite::Result<Vec<i64>> {
    let mut owed = Vec::new();
    if !declared.is_durable || until <= after {
        return Ok(owed);
    }
    for name in declared.names() {
        let kept = "SELECT seq FROM events e WHERE event = ? AND seq > ? AND seq <= ? AND replay_of IS NULL
            AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.handler = ? AND d.event = e.seq)";
        let kept: Vec<i64> = connection
            .prepare_cached(kept)?
            .query_map(params![name, after, until, id], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        kept.iter().try_for_each(|event| deliveries::owe(connection, id, *event, now))?;
        owed.extend(kept);
    }
    Ok(owed)
}

/// After damage: deliveries up to the last event may be missing.
pub(super) fn note_damage(connection: &Connection, now: i64) -> rusqlite::Result<()> {
    note(connection, DELIVERIES, now)
}

/// After damage: the name of a handler may be lost. Whoever is new may be the one.
pub(super) fn note_lost(connection: &Connection, now: i64) -> rusqlite::Result<()> {
    note(connection, HANDLERS, now)
}

fn note(connection: &Connection, place: &str, now: i64) -> rusqlite::Result<()> {
    let insert = "INSERT INTO quarantine (found, place, reason, content) VALUES (?, ?, 'damage', ?)";
    connection.execute(insert, params![now, place, events::last(connection)?.to_string()])?;
    Ok(())
}

/// The last event before the last damage of that kind; 0 where there was none.
fn noted(connection: &Connection, place: &str) -> rusqlite::Result<i64> {
    let last =
        "SELECT COALESCE(MAX(CAST(content AS INTEGER)), 0) FROM quarantine WHERE place = ? AND reason = 'damage'";
    connection.prepare_cached(last)?.query_row([place], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::events::{StoredEvent, append};

    const RENAMED: Declared<'static> = Declared {
        daemon: "reader",
        handler: "on_it",
        event: "NEW_NAME",
        aliases: &["OLD_NAME"],
        is_durable: true,
        from_oldest: false,
    };

    /// Two events of the old name and two of the new, of which the last is a copy for somebody.
    fn store() -> Connection {
        let connection = crate::store::schema::in_memory();
        let old = Declared { event: "OLD_NAME", aliases: &[], ..RENAMED };
        register(&connection, &old, 0).expect("it is new");
        for (number, event) in [(1, "OLD_NAME"), (2, "OLD_NAME"), (3, "NEW_NAME"), (4, "NEW_NAME")] {
            let event = StoredEvent {
                id: [number; 16],
                event: event.to_owned(),
                payload: String::new(),
                hops: 0,
                emitter: None,
                emitted: 0,
                cause: None,
                replay_of: (number == 4).then_some([1; 16]),
            };
            append(&connection, &event).expect("it is new");
        }
        connection
    }

    fn owed(connection: &Connection, declared: &Declared<'_>) -> Vec<i64> {
        let (id, _) = register(connection, declared, 0).expect("registered");
        deliveries::pending_places(connection, id).expect("read")
    }

    #[test]
    fn from_the_oldest_is_all_of_every_name_but_copies_for_others() {
        let late = Declared { handler: "late", from_oldest: true, ..RENAMED };
        assert_eq!(owed(&store(), &late), [1, 2, 3]);
    }

    #[test]
    fn after_damage_a_handler_is_owed_what_it_has_no_delivery_of_under_every_name() {
        let connection = store();
        assert_eq!(owed(&connection, &RENAMED), [0; 0]);
        note_damage(&connection, 0).expect("noted");
        assert_eq!(owed(&connection, &Declared { handler: "new", ..RENAMED }), [0; 0], "it was not there");
        assert_eq!(owed(&connection, &RENAMED), [1, 2, 3]);
        connection.execute("UPDATE deliveries SET state = 1", []).expect("settled");
        assert_eq!(owed(&connection, &RENAMED), [0; 0], "once");
    }

    #[test]
    fn after_damage_events_that_are_stored_with_a_letter_only_are_not_owed() {
        let connection = store();
        note_damage(&connection, 0).expect("noted");
        assert_eq!(owed(&connection, &Declared { is_durable: false, ..RENAMED }), [0; 0]);
    }
}
