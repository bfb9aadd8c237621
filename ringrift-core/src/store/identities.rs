//! Who the handlers of a damaged store were.
//!
//! A wrong answer gives one handler what another is owed. So a number counts only when the table and
//! its index, which both have it, do not contradict each other. What is owed under any other number is
//! set aside, and owed anew to each handler that is not known when it registers.

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, params};

use super::{deliveries, handlers, quarantine};

/// Who a number stands for: daemon, handler, event.
type Names = (String, String, String);
type Pairs = BTreeSet<(i64, Names)>;

/// Fills the table of handlers, once all that refers to it is there. Says what can't be told, a line each.
pub(super) fn copy(old: &Connection, new: &Connection, now: i64) -> rusqlite::Result<Vec<String>> {
    let (by_table, table_is_whole) = read(old, "NOT INDEXED", "id");
    let (by_index, index_is_whole) = read(old, "INDEXED BY sqlite_autoindex_handlers_1", "daemon, handler, event");
    let all: Pairs = by_table.union(&by_index).cloned().collect();
    let certain = || all.iter().filter(|pair| all.iter().all(|other| !contradict(pair, other)));
    for (number, (daemon, handler, event)) in certain() {
        let insert = "INSERT INTO handlers (id, daemon, handler, event, since) VALUES (?, ?, ?, ?, ?)";
        let since = since(old, new, *number)?;
        new.prepare_cached(insert)?.execute(params![number, daemon, handler, event, since])?;
    }
    let is_contradicted = certain().count() < all.len();
    let is_owed = deliveries::any_of_nobody(new)?;
    let aside = set_aside(new, now)?;
    if !is_contradicted && !is_owed && (table_is_whole || index_is_whole) {
        return Ok(Vec::new());
    }
    handlers::note_lost(new, now)?;
    Ok(vec![format!(
        "it can't be told to which handler {aside} deliveries belong: they are set aside, and each handler \
         that is not known any more is owed all events that are kept"
    )])
}

fn contradict((number, names): &(i64, Names), (other_number, other_names): &(i64, Names)) -> bool {
    (number == other_number) != (names == other_names)
}

/// What can be read of the handlers in one way, from both ends; and whether that is all.
fn read(old: &Connection, how: &str, key: &str) -> (Pairs, bool) {
    let mut pairs = Pairs::new();
    let backwards = key.split(", ").map(|column| format!("{column} DESC")).collect::<Vec<_>>().join(", ");
    for order in [key, &backwards] {
        let select = format!("SELECT id, daemon, handler, event FROM handlers {how} ORDER BY {order}");
        if read_into(&mut pairs, old, &select).is_ok() {
            return (pairs, true);
        }
    }
    (pairs, false)
}

fn read_into(pairs: &mut Pairs, old: &Connection, select: &str) -> rusqlite::Result<()> {
    let mut select = old.prepare(select)?;
    let mut rows = select.query([])?;
    let pair = |row: &Row<'_>| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)));
    let mut last = Ok(());
    while let Some(row) = rows.next()? {
        match pair(row) {
            Ok(pair) => _ = pairs.insert(pair),
            Err(error) => last = Err(error),
        }
    }
    last
}

/// The last event before a handler was known; where that can't be read, before what it is owed.
fn since(old: &Connection, new: &Connection, number: i64) -> rusqlite::Result<i64> {
    let known = "SELECT since FROM handlers NOT INDEXED WHERE id = ?";
    if let Ok(since) = old.query_row(known, [number], |row| row.get(0)) {
        return Ok(since);
    }
    let first = "SELECT COALESCE(MIN(event) - 1, 0) FROM deliveries WHERE handler = ?";
    new.query_row(first, [number], |row| row.get(0))
}

/// Takes what belongs to nobody out of the way of the numbers that are given out anew. Returns how many
/// deliveries that are.
fn set_aside(new: &Connection, now: i64) -> rusqlite::Result<usize> {
    const OF_NOBODY: &str = "handler NOT IN (SELECT id FROM handlers)";
    for (what, content, from) in [("letter", "letter", "deliveries"), ("effect", "name", "effects")] {
        let place = format!("'{what} of event ' || event || ' and handler ' || handler");
        quarantine::copy(new, &place, content, &format!("{from} WHERE {content} IS NOT NULL AND {OF_NOBODY}"), now)?;
    }
    new.execute(&format!("DELETE FROM effects WHERE {OF_NOBODY}"), [])?;
    new.execute(&format!("DELETE FROM deliveries WHERE {OF_NOBODY}"), [])
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::store::{
        deliveries::DeliveryState,
        events::{StoredEvent, append},
        handlers::Declared,
        open::{FILE, Opening},
    };

    const fn handler(daemon: &'static str, event: &'static str) -> Declared<'static> {
        Declared { daemon, handler: "on_it", event, aliases: &[], is_durable: true, from_oldest: false }
    }

    const HANDLERS: [Declared<'static>; 3] = [handler("a", "ODD"), handler("b", "EVEN"), handler("c", "ODD")];

    fn event(number: u8) -> StoredEvent {
        StoredEvent {
            id: [number; 16],
            event: if number.is_multiple_of(2) { "EVEN" } else { "ODD" }.to_owned(),
            payload: number.to_string(),
            hops: 0,
            emitter: None,
            emitted: 0,
            cause: None,
            replay_of: (number == 8).then_some([2; 16]),
        }
    }

    /// Events 1 to 8 to all that hear them; the first two are done, and the third is a dead letter of `a`.
    fn store(folder: &Path) {
        let mut opening = Opening::open(folder).expect("a store");
        let fill = |connection: &Connection| {
            let ids = HANDLERS.map(|declared| handlers::register(connection, &declared, 0).expect("known").0);
            for number in 1..=8 {
                let (seq, _) = append(connection, &event(number))?;
                let hears = |(_, declared): &(&i64, &Declared<'_>)| declared.event == event(number).event;
                for (id, _) in ids.iter().zip(&HANDLERS).filter(hears) {
                    let state = if number < 3 { DeliveryState::Done } else { DeliveryState::Pending };
                    deliveries::put(connection, (*id, seq), state, None, 0)?;
                }
            }
            deliveries::put(connection, (ids[0], 3), DeliveryState::Exhausted, Some("a letter"), 0)
        };
        opening.prepare(fill).expect("filled");
    }

    /// Nothing can be read of a table, or of an index.
    fn spoil(folder: &Path, name: &str) {
        let file = folder.join(FILE);
        let connection = Connection::open(&file).expect("the store");
        let root = "SELECT (rootpage - 1) * page_size, page_size FROM sqlite_schema, pragma_page_size WHERE name = ?";
        let (from, size): (u32, u32) =
            connection.query_row(root, [name], |row| Ok((row.get(0)?, row.get(1)?))).expect("its place");
        drop(connection);
        let mut bytes = fs::read(&file).expect("read");
        bytes[from as usize..(from + size) as usize].fill(0xee);
        fs::write(&file, bytes).expect("damaged");
    }

    /// What the handlers are owed when they register the other way round, by the name of their daemon.
    fn owed(folder: &Path) -> Vec<(&'static str, Vec<i64>)> {
        let mut opening = Opening::open(folder).expect("it is salvaged");
        assert!(!opening.damage().is_empty(), "the damage is told");
        let owed = |connection: &Connection| {
            let owed = HANDLERS.iter().rev().map(|declared| {
                let (id, _) = handlers::register(connection, declared, 0)?;
                Ok((declared.daemon, deliveries::pending_places(connection, id)?))
            });
            owed.collect()
        };
        opening.prepare(owed).expect("read")
    }

    #[test]
    fn of_a_table_that_cannot_be_read_the_index_says_who_a_handler_is() {
        let folder = tempfile::tempdir().expect("a folder");
        store(folder.path());
        spoil(folder.path(), "handlers");
        assert_eq!(owed(folder.path()), [("c", vec![3, 5, 7]), ("b", vec![4, 6, 8]), ("a", vec![5, 7])]);
    }

    #[test]
    fn without_names_no_number_means_another_handler_and_each_is_owed_all_that_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        store(folder.path());
        spoil(folder.path(), "handlers");
        spoil(folder.path(), "sqlite_autoindex_handlers_1");
        let all = [("c", vec![1, 3, 5, 7]), ("b", vec![2, 4, 6]), ("a", vec![1, 3, 5, 7])];
        assert_eq!(owed(folder.path()), all, "but for the copy, which is of nobody knows whom");
        let store = Connection::open(folder.path().join(FILE)).expect("the store");
        let aside = "SELECT content FROM quarantine WHERE place = 'letter of event 3 and handler 1'";
        let aside: String = store.query_row(aside, [], |row| row.get(0)).expect("it is set aside");
        assert_eq!(aside, "a letter");
    }
}
