//! A salvage is cut off before each of its steps: nothing is lost, and the next process goes on.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use rusqlite::{Connection, ErrorCode};

use super::{
    deliveries, disabled,
    events::{StoredEvent, append},
    failpoint,
    handlers::{self, Declared},
    open::{FILE, Opening},
    owed, salvage, schema,
};

const EVENTS: u8 = 40;
const READER: Declared<'static> =
    Declared { daemon: "reader", handler: "on_cut", event: "CUT", aliases: &[], is_durable: true, from_oldest: false };

fn fill(connection: &Connection) -> rusqlite::Result<()> {
    let (handler, _) = handlers::register(connection, &READER, 0)?;
    for number in 1..=EVENTS {
        let (id, event, payload) = ([number; 16], "CUT".to_owned(), "\"text\"".repeat(20));
        let event =
            StoredEvent { id, event, payload, hops: 0, emitter: None, emitted: 0, cause: None, replay_of: None };
        let (seq, _) = append(connection, &event)?;
        deliveries::owe(connection, handler, seq, 0)?;
    }
    Ok(())
}

/// A store that was killed: an index of its file is damaged, and one row is only in its log.
fn damaged(folder: &Path) {
    let mut opening = Opening::open(folder).expect("a store");
    opening.prepare(fill).expect("filled");
    drop(opening);
    let file = folder.join(FILE);
    let connection = Connection::open(&file).expect("the store");
    let root = "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = 'by_type'";
    let (page, size): (u32, u32) =
        connection.query_row(root, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("its place");
    let mut bytes = fs::read(&file).expect("read");
    let end = (page * size) as usize;
    bytes[end - 8..end].fill(0xff);
    fs::write(&file, bytes).expect("damaged");
    disabled::add(&connection, "sleeper", 0).expect("in the log");
    let names = [FILE.to_owned(), format!("{FILE}-wal")];
    let files: Vec<_> = names.map(|name| (fs::read(folder.join(&name)).expect("it is there"), name)).into();
    drop(connection);
    files.into_iter().for_each(|(bytes, name)| fs::write(folder.join(name), bytes).expect("as in a kill"));
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a file");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

/// Opens a store. Returns the folders as a kill before each step of its salvage would leave them.
fn open_and_cut_off(folder: &Path, cut_off: &Path) -> Vec<PathBuf> {
    let (from, to, count) = (folder.to_owned(), cut_off.to_owned(), Arc::new(AtomicUsize::new(0)));
    let (steps, me) = (Arc::clone(&count), std::thread::current().id());
    let note = move || {
        // Other tests salvage meanwhile.
        if std::thread::current().id() == me {
            copy_folder(&from, &to.join(steps.fetch_add(1, SeqCst).to_string()));
        }
    };
    fail::cfg_callback(failpoint::SALVAGE, note).expect("a fail point");
    assert_whole(folder);
    fail::remove(failpoint::SALVAGE);
    (0..count.load(SeqCst)).map(|step| cut_off.join(step.to_string())).collect()
}

/// All that was written is there, in the store and in the file that is kept, which has its log.
fn assert_whole(folder: &Path) {
    let mut opening = Opening::open(folder).expect("it is salvaged");
    assert!(!opening.damage().is_empty(), "the damage is told");
    let read = |connection: &Connection| {
        let (handler, _) = handlers::register(connection, &READER, 0)?;
        Ok((owed::pending(connection, handler, (0, 1000), 1000)?, disabled::all(connection)?))
    };
    let (pending, disabled) = opening.prepare(read).expect("it is read");
    drop(opening);
    let ids: Vec<u8> = pending.deliveries.iter().filter_map(|row| Some(row.event.as_ref().ok()?.id[0])).collect();
    assert_eq!(ids, (1..=EVENTS).collect::<Vec<_>>());
    assert_eq!(disabled, BTreeSet::from(["sleeper".to_owned()]));
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let kept = names[0].clone();
    assert!(kept.starts_with("ringrift.damaged-"), "{names:?}");
    assert_eq!(names, [kept.clone(), format!("{kept}-wal"), FILE.to_owned(), "ringrift.lock".to_owned()]);
    let kept = Connection::open(folder.join(kept)).expect("it is kept");
    assert_eq!(disabled::all(&kept).expect("with its log").len(), 1);
    drop(kept);
    assert!(Opening::open(folder).expect("a store").damage().is_empty(), "the new one is whole");
}

#[test]
fn a_kill_in_the_middle_of_a_salvage_loses_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("store");
    damaged(&folder);
    let once = open_and_cut_off(&folder, &place.path().join("once"));
    assert!(once.len() > 12, "there are few steps: {}", once.len());
    for (step, folder) in once.iter().enumerate() {
        let twice = open_and_cut_off(folder, &place.path().join(format!("twice-{step}")));
        twice.iter().for_each(|folder| assert_whole(folder));
    }
}

#[test]
fn a_salvage_that_finds_the_disk_full_fails_and_does_not_leave_rows_out() {
    let folder = tempfile::tempdir().expect("a folder");
    damaged(folder.path());
    let old = Connection::open(folder.path().join(FILE)).expect("the damaged store");
    for more in 0..2 {
        let mut new = Connection::open_in_memory().expect("a new store");
        schema::migrate(&mut new, Path::new("new")).expect("its tables");
        new.execute_batch("VACUUM").expect("no free page");
        let pages: u32 = new.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("its size");
        new.pragma_update(None, "max_page_count", pages + more).expect("a small disk");
        let error = salvage::fill_in(&old, &mut new, 0).expect_err("there is no room");
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DiskFull), "{error}");
    }
}
