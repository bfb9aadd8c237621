//! Dead letters as rows: deliveries that carry a letter.

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    deliveries::{self, DeliveryState},
    effects,
    events::{self, StoredEvent},
    failpoint, retention,
};

/// Where a letter stands.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) handler: Handler,
    pub(crate) event: Place,
}

/// The event of a letter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// By its number: it is in the store, and of one that can't be read nothing else is known.
    Number(i64),
    /// By its id: it comes into the store with its letter.
    Id([u8; 16]),
}

impl Place {
    /// The event of a number, or, where that is 0, of an id.
    pub(crate) const fn of(number: u64, id: [u8; 16]) -> Self {
        match number {
            0 => Self::Id(id),
            number => Self::Number(number.cast_signed()),
        }
    }

    /// Its number, once it is in the store.
    pub(crate) fn find(self, connection: &Connection) -> rusqlite::Result<Option<i64>> {
        match self {
            Self::Number(number) => Ok(Some(number)),
            Self::Id(id) => events::find(connection, &id),
        }
    }
}

/// The handler of a letter.
#[derive(Debug, Clone)]
pub(crate) enum Handler {
    Number(i64),
    /// One that this program does not have, and whose letter came from elsewhere.
    Named {
        daemon: String,
        handler: String,
        event: String,
    },
}

/// Writes a letter, or what has become of it; of a new one also its event, if that is not there yet.
pub(crate) fn put(
    connection: &Connection,
    address: &Address,
    event: Option<&StoredEvent>,
    state: DeliveryState,
    letter: Option<&str>,
    now: i64,
) -> rusqlite::Result<()> {
    failpoint::at("store.letter.before")?;
    // Pruned, or never written: then there is nothing to change.
    let Some(seq) = number(connection, address.event, event)? else { return Ok(()) };
    let handler = address.handler.number(connection)?;
    match letter {
        Some(_) => deliveries::put(connection, (handler, seq), state, letter, now)?,
        // Its row may have been pruned, and is not to come back.
        None => deliveries::change(connection, (handler, seq), state, now)?,
    }
    if matches!(state, DeliveryState::Done | DeliveryState::Discarded) {
        effects::forget(connection, (handler, seq))?;
    }
    failpoint::at("store.letter.after")
}

/// Removes a letter with its delivery, and its event with the last of them.
pub(crate) fn remove(connection: &Connection, address: &Address) -> rusqlite::Result<()> {
    let Some(seq) = address.event.find(connection)? else { return Ok(()) };
    let handler = address.handler.number(connection)?;
    deliveries::remove(connection, (handler, seq))?;
    effects::forget(connection, (handler, seq))?;
    if !deliveries::any_of(connection, seq)? {
        retention::remove(connection, seq)?;
    }
    Ok(())
}

/// Writes a letter that is another handler's now, with what the runs of the first did through `once`.
pub(crate) fn readdress(
    connection: &Connection,
    from: &Address,
    to: i64,
    state: DeliveryState,
    letter: &str,
    now: i64,
) -> rusqlite::Result<()> {
    failpoint::at("store.letter.before")?;
    let Some(seq) = from.event.find(connection)? else { return Ok(()) };
    let handler = from.handler.number(connection)?;
    deliveries::remove(connection, (handler, seq))?;
    deliveries::put(connection, (to, seq), state, Some(letter), now)?;
    effects::hand_over(connection, (handler, seq), to)?;
    failpoint::at("store.letter.after")
}

/// The number of a letter's event, which is written if it is given and not there yet.
fn number(connection: &Connection, event: Place, new: Option<&StoredEvent>) -> rusqlite::Result<Option<i64>> {
    match (event.find(connection)?, new) {
        (None, Some(new)) => events::append(connection, new).map(|(number, _)| Some(number)),
        (found, _) => Ok(found),
    }
}

impl Handler {
    /// Its number; one that has none is given one.
    fn number(&self, connection: &Connection) -> rusqlite::Result<i64> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Named { daemon, handler, event } => gone(connection, daemon, handler, event),
        }
    }
}

/// The number of a handler that this program does not have.
fn gone(connection: &Connection, daemon: &str, handler: &str, event: &str) -> rusqlite::Result<i64> {
    let known = "SELECT id FROM handlers WHERE daemon = ? AND handler = ? AND event = ?";
    let names = params![daemon, handler, event];
    if let Some(id) = connection.prepare_cached(known)?.query_row(names, |row| row.get(0)).optional()? {
        return Ok(id);
    }
    let insert = "INSERT INTO handlers (daemon, handler, event, since) VALUES (?, ?, ?, ?)";
    connection.execute(insert, params![daemon, handler, event, events::last(connection)?])?;
    Ok(connection.last_insert_rowid())
}

#[cfg(test)]
mod tests {
    use super::{
        effects::{Effect, begin, done},
        *,
    };

    const EVENT: i64 = 7;

    /// At which handlers the letter is, and which of them has its effect.
    fn places(connection: &Connection) -> (Vec<i64>, Vec<i64>) {
        let all = |select: &str| {
            let mut select = connection.prepare(select).expect("the tables");
            select.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("numbers")
        };
        (all("SELECT handler FROM deliveries WHERE letter IS NOT NULL"), all("SELECT handler FROM effects"))
    }

    #[test]
    fn a_letter_goes_to_another_handler_with_its_effects_or_not_at_all() {
        let connection = crate::store::schema::in_memory();
        deliveries::put(&connection, (1, EVENT), DeliveryState::Dead, Some("{}"), 0).expect("written");
        begin(&connection, (1, EVENT), "pay").and_then(|_| done(&connection, (1, EVENT), "pay", "5")).expect("made");
        let from = Address { handler: Handler::Number(1), event: Place::Number(EVENT) };
        let cut_off = connection.unchecked_transaction().expect("a transaction");
        readdress(&cut_off, &from, 2, DeliveryState::Dead, "{}", 0).expect("written");
        cut_off.rollback().expect("as a kill does");
        assert_eq!(places(&connection), (vec![1], vec![1]));
        readdress(&connection, &from, 2, DeliveryState::Dead, "{}", 0).expect("written");
        assert_eq!(places(&connection), (vec![2], vec![2]));
        assert_eq!(begin(&connection, (2, EVENT), "pay").expect("read"), Effect::Done("5".into()));
    }
}
