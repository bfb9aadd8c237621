//! Acknowledgements: of all that handlers have settled, those of events in a row are one statement, which costs a third
//! of one for each.

use rusqlite::{Connection, functions::FunctionFlags, params};

use super::{
    Write,
    deliveries::{self, DeliveryState},
    effects,
    error::StoreError,
    failpoint,
};

/// What computes the checksum of a settled delivery within a statement.
const CHECKSUM: &str = "settled_checksum";

/// What is said of those that can't be written.
const LOST: &str = "deliveries that have ended can't be acknowledged: the next process repeats them";

/// A delivery whose handler has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Settled {
    /// The handler and the event.
    pub(crate) delivery: (i64, i64),
    /// Whether there may be effects of `once` to forget.
    pub(crate) has_effects: bool,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
}

/// The acknowledgement of one delivery. Nobody waits for it: nobody is worse off when it is repeated.
pub(super) struct Settle(pub(super) Settled);

impl Write for Settle {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        write(connection, &mut vec![self.0])
    }

    fn settles(&self) -> Option<Settled> {
        Some(self.0)
    }

    fn end(self: Box<Self>, result: Result<(), StoreError>) {
        if let Err(error) = result
            && error.is_of_one()
        {
            tracing::error!(%error, "{LOST}");
        }
    }

    fn lost_as(&self) -> Option<&'static str> {
        Some(LOST)
    }

    fn is_kept(&self) -> bool {
        true
    }
}

/// What [`write`] needs of a connection.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function(CHECKSUM, 2, flags, |arguments| {
        Ok(deliveries::row_checksum(arguments.get(0)?, arguments.get(1)?, DeliveryState::Done as u8, None))
    })
}

/// Acknowledges all of them, and forgets what their handlers did through `once`. Leaves none.
pub(super) fn write(connection: &Connection, settled: &mut Vec<Settled>) -> rusqlite::Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    failpoint::at("store.acknowledge.before")?;
    settled.sort_unstable();
    for run in settled.chunk_by(|one, next| is_next(one.delivery, next.delivery)) {
        acknowledge(connection, run)?;
    }
    for one in settled.iter().filter(|one| one.has_effects) {
        effects::forget(connection, one.delivery)?;
    }
    settled.clear();
    failpoint::at("store.acknowledge.after")
}

fn is_next((handler, event): (i64, i64), next: (i64, i64)) -> bool {
    next == (handler, event) || next == (handler, event + 1)
}

/// Acknowledges deliveries of one handler, of events in a row.
fn acknowledge(connection: &Connection, run: &[Settled]) -> rusqlite::Result<()> {
    let [first, .., last] = run else {
        return run
            .iter()
            .try_for_each(|one| deliveries::change(connection, one.delivery, DeliveryState::Done, one.at));
    };
    let update =
        "UPDATE deliveries SET state = 1, since = ?, letter = NULL, checksum = settled_checksum(handler, event)
        WHERE handler = ? AND event BETWEEN ? AND ?";
    let ((handler, from), (_, until)) = (first.delivery, last.delivery);
    connection.prepare_cached(update)?.execute(params![last.at, handler, from, until])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    /// The events of a handler that it has settled, of those that are not damaged.
    fn done(connection: &Connection, handler: i64) -> Vec<i64> {
        assert_eq!(deliveries::damaged(connection, "TRUE").expect("read"), []);
        let select = "SELECT event FROM deliveries WHERE handler = ? AND state = 1 ORDER BY event";
        let mut select = connection.prepare(select).expect("a statement");
        select.query_map([handler], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("numbers")
    }

    #[test]
    fn those_that_are_settled_are_done_and_no_others() {
        let connection = schema::in_memory();
        for event in 1..=9 {
            for handler in [1, 2] {
                deliveries::owe(&connection, handler, event, 0).expect("it is new");
            }
        }
        let settled = |(handler, event)| Settled { delivery: (handler, event), has_effects: event == 2, at: event };
        let deliveries = [(1, 4), (1, 2), (1, 3), (2, 3), (1, 7), (2, 9), (1, 3), (2, 2)];
        effects::begin(&connection, (1, 2), "pay").expect("it is new");
        effects::begin(&connection, (1, 5), "pay").expect("it is new");
        let mut all: Vec<_> = deliveries.map(settled).into();
        write(&connection, &mut all).expect("there is room");
        assert_eq!(all, []);
        assert_eq!((done(&connection, 1), done(&connection, 2)), (vec![2, 3, 4, 7], vec![2, 3, 9]));
        let effect = |event| effects::begin(&connection, (1, event), "pay").expect("read");
        assert_eq!((effect(2), effect(5)), (effects::Effect::New, effects::Effect::Begun));
    }
}
