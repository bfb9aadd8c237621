//! Every byte of a small store is damaged in turn: whatever is read then was written.

mod beside;

use std::{collections::BTreeMap, fs, ops::RangeInclusive, path::Path};

use rusqlite::Connection;

use super::{
    deliveries,
    events::{self, StoredEvent, append},
    handlers::{self, Declared},
    open::{FILE, Opening},
    owed,
    settled::{self, Settled},
};

const EVENTS: u8 = 12;
const HANDLED: u8 = 4;

fn event(number: u8) -> StoredEvent {
    StoredEvent {
        id: [number; 16],
        event: if number.is_multiple_of(3) { "FLOPPED" } else { "FLIPPED" }.to_owned(),
        payload: format!("{{\"number\":{number},\"text\":\"some text\"}}"),
        hops: number % 3,
        emitter: number.is_multiple_of(2).then(|| "emitter".to_owned()),
        emitted: 1_700_000_000_000 + i64::from(number),
        cause: None,
        replay_of: None,
    }
}

const fn handler(daemon: &'static str, handler: &'static str, event: &'static str) -> Declared<'static> {
    Declared { daemon, handler, event, aliases: &[], is_durable: true, from_oldest: false }
}

/// Whose numbers must not be mixed up: of two daemons, of two events, and of names that are nearly the same.
const READERS: [Declared<'static>; 4] = [
    handler("reader", "on_flipped", "FLIPPED"),
    handler("reader", "on_flopped", "FLOPPED"),
    handler("seader", "on_flipped", "FLIPPED"),
    handler("seader", "on_flopped", "FLOPPED"),
];

/// Some events of which the first are handled by all, and those after by all but one of the handlers.
fn is_handled(number: u8, reader: usize) -> bool {
    number <= HANDLED || (number <= HANDLED + 2 && reader == 0)
}

/// The numbers of the handlers.
fn register(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    READERS.iter().map(|reader| Ok(handlers::register(connection, reader, 0)?.0)).collect()
}

fn fill(connection: &Connection, numbers: RangeInclusive<u8>) -> rusqlite::Result<()> {
    let ids = register(connection)?;
    for number in numbers {
        let event = event(number);
        let (seq, _) = append(connection, &event)?;
        for (reader, id) in ids.iter().enumerate().filter(|(reader, _)| READERS[*reader].event == event.event) {
            deliveries::owe(connection, *id, seq, 0)?;
            if is_handled(number, reader) {
                settled::write(connection, &mut vec![Settled { delivery: (*id, seq), has_effects: false, at: 0 }])?;
            }
        }
    }
    Ok(())
}

/// A store whose pages are as small as they can be, so that there are few bytes.
fn small(folder: &Path) {
    drop(Opening::open(folder).expect("a store"));
    let connection = Connection::open(folder.join(FILE)).expect("the store");
    let shrink = "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM; PRAGMA journal_mode = WAL";
    connection.execute_batch(shrink).expect("small pages");
}

/// How a damaged store was read.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Ending {
    /// As they were written.
    Whole,
    /// Some are missing, and it was said.
    Told,
    /// The file was refused, and is kept.
    Refused,
}

/// One event more, which all that hear it are owed.
fn emit_another(connection: &Connection) -> rusqlite::Result<()> {
    let ids = register(connection)?;
    let (seq, _) = append(connection, &event(EVENTS + 1))?;
    let hears = READERS.iter().zip(ids).filter(|(reader, _)| reader.event == event(EVENTS + 1).event);
    hears.into_iter().try_for_each(|(_, id)| deliveries::owe(connection, id, seq, 0))
}

/// Opens the store and reads what is in it; panics at a wrong event, or at a loss that nobody tells.
/// Only of `the_end`, the last transaction of the log, SQLite can't know whether it was ever whole.
fn read(folder: &Path, place: &str, the_end: bool) -> Ending {
    let Ok(mut opening) = Opening::open(folder) else { return Ending::Refused };
    let damage = opening.damage().to_vec();
    let mut told = !damage.is_empty();
    let last = if the_end { EVENTS - 1 } else { EVENTS };
    let Ok(kept) = opening.prepare(kept) else { return Ending::Refused };
    for (reader, declared) in READERS.iter().enumerate() {
        let read = opening.prepare(|connection| {
            let (id, _) = handlers::register(connection, declared, 0)?;
            owed::pending(connection, id, (0, i64::MAX), 1000)
        });
        let Ok(rows) = read else { return Ending::Refused };
        let mut found = Vec::new();
        for row in rows.deliveries {
            let Ok(read) = row.event else {
                told = true;
                continue;
            };
            let number = read.id[0];
            assert_eq!(read, event(number), "{place}: an event that nobody wrote");
            assert_eq!(read.event, declared.event, "{place}: an event of another handler {declared:?} {damage:?}");
            found.push(number);
        }
        let owed = |number: &u8| event(*number).event == declared.event && !is_handled(*number, reader);
        let missing: Vec<u8> = (1..=last).filter(owed).filter(|number| !found.contains(number)).collect();
        assert!(missing.is_empty() || told, "{place}: {missing:?} are lost, and nobody tells: {found:?}");
        let not_owed: Vec<_> = missing.iter().filter(|number| kept.contains(number)).collect();
        assert!(not_owed.is_empty(), "{place}: {declared:?} is not owed {not_owed:?}, which are kept: {damage:?}");
    }
    let Ok(beside) = opening.prepare(beside::read) else { return Ending::Refused };
    beside.check(told, &format!("{place}: {damage:?}"));
    opening.prepare(emit_another).unwrap_or_else(|error| panic!("{place}: nothing can be written: {error:?}"));
    if told { Ending::Told } else { Ending::Whole }
}

/// The events that can be read.
fn kept(connection: &Connection) -> rusqlite::Result<Vec<u8>> {
    let mut select = connection.prepare(&format!("SELECT {} FROM events e", events::COLUMNS))?;
    let all = select.query_map([], |row| Ok(StoredEvent::read(row, 0)))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(all.into_iter().flatten().map(|event| event.id[0]).collect())
}

/// A folder whose syncs cost nothing, where the machine has one: nothing here is about them.
fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// Damages each byte of a file in turn, one or all of its bits; returns how often it ended how.
fn flip_each(of: &str, extra: impl Fn(&Path)) -> BTreeMap<Ending, usize> {
    let pristine = tempfile::tempdir().expect("a folder");
    small(pristine.path());
    extra(pristine.path());
    let names = [FILE.to_owned(), format!("{FILE}-wal")];
    let files: Vec<(String, Vec<u8>)> =
        names.into_iter().filter_map(|name| Some((name.clone(), fs::read(pristine.path().join(name)).ok()?))).collect();
    let target = files.iter().find(|(name, _)| name == of).expect("it is there").1.clone();
    let mut endings = BTreeMap::new();
    let place = in_memory();
    for at in 0..target.len() {
        let folder = place.path().join(at.to_string());
        fs::create_dir(&folder).expect("a folder");
        for (name, bytes) in &files {
            let mut bytes = bytes.clone();
            if name == of {
                bytes[at] ^= if at % 2 == 0 { 0xff } else { 1 << (at % 8) };
            }
            fs::write(folder.join(name), bytes).expect("written");
        }
        let the_end = of != FILE && at >= last_transaction(&target);
        *endings.entry(read(&folder, &format!("byte {at} of {of}"), the_end)).or_default() += 1;
        fs::remove_dir_all(&folder).expect("removed");
    }
    endings
}

/// Where the frames of the last transaction begin: behind the last but one that ends a transaction.
fn last_transaction(log: &[u8]) -> usize {
    const FRAME: usize = 24 + 512;
    let ends: Vec<usize> = (32..log.len()).step_by(FRAME).filter(|at| log[at + 4..at + 8] != [0; 4]).collect();
    ends.iter().rev().nth(1).copied().expect("there are several transactions") + FRAME
}

#[test]
fn a_flipped_byte_of_the_file_gives_no_wrong_event_and_no_silent_loss() {
    let endings = flip_each(FILE, |folder| {
        let mut opening = Opening::open(folder).expect("a store");
        opening.prepare(|connection| fill(connection, 1..=EVENTS)).expect("filled");
        opening.prepare(beside::fill).expect("filled");
    });
    eprintln!("{endings:?}");
    assert!(endings[&Ending::Told] > 0 && endings[&Ending::Whole] > 0, "{endings:?}");
}

/// Its first page has all that says where the others are: from there on what is left is read.
#[test]
fn of_a_file_that_was_cut_short_what_is_left_is_read_and_the_loss_is_told() {
    const PAGE: usize = 4096;
    let pristine = in_memory();
    let mut opening = Opening::open(pristine.path()).expect("a store");
    opening.prepare(|connection| fill(connection, 1..=EVENTS)).expect("filled");
    opening.prepare(beside::fill).expect("filled");
    drop(opening);
    let whole = fs::read(pristine.path().join(FILE)).expect("read");
    let mut endings = BTreeMap::<Ending, usize>::new();
    for at in (PAGE..whole.len()).filter(|at| [0, 1, 100, PAGE - 1].contains(&(at % PAGE))) {
        let folder = in_memory();
        fs::write(folder.path().join(FILE), &whole[..at]).expect("cut");
        *endings.entry(read(folder.path(), &format!("cut at {at}"), false)).or_default() += 1;
    }
    eprintln!("{endings:?}");
    assert!(endings[&Ending::Told] > 0 && !endings.contains_key(&Ending::Refused), "{endings:?}");
}

#[test]
fn a_flipped_byte_of_the_log_gives_no_wrong_event_and_no_silent_loss() {
    let log = format!("{FILE}-wal");
    let endings = flip_each(&log, |folder| {
        // Held open, so that the log is not taken into the file.
        let mut opening = Opening::open(folder).expect("a store");
        let first = |connection: &Connection| {
            fill(connection, 1..=EVENTS - 1)?;
            beside::fill(connection)
        };
        opening.prepare(first).expect("filled");
        opening.prepare(|connection| fill(connection, EVENTS..=EVENTS)).expect("filled");
        for name in [FILE.to_owned(), log.clone()] {
            fs::copy(folder.join(&name), folder.join(format!("{name}.copy"))).expect("copied");
        }
        drop(opening);
        for name in [FILE.to_owned(), log.clone()] {
            fs::rename(folder.join(format!("{name}.copy")), folder.join(&name)).expect("as in a crash");
        }
    });
    eprintln!("{endings:?}");
    assert!(endings[&Ending::Told] > 0 && endings[&Ending::Whole] > 0, "{endings:?}");
}
