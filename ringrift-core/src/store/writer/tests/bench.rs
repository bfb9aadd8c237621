//! A writer whose writes go as a test says.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use rusqlite::ffi;
use tempfile::TempDir;

use super::super::*;
use crate::store::{open, schema};

/// How the writes of a test ended, in order.
pub(super) type Ends = Arc<Mutex<Vec<(&'static str, Result<(), StoreError>)>>>;

/// A write that goes as the test says.
struct Scripted {
    name: &'static str,
    /// The codes of the errors of its first runs.
    errors: VecDeque<i32>,
    is_kept: bool,
    ends: Ends,
}

impl Write for Scripted {
    fn run(&mut self, _connection: &Connection) -> rusqlite::Result<()> {
        match self.errors.pop_front() {
            Some(PANIC) => panic!("a payload panicked"),
            Some(code) => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)),
            None => Ok(()),
        }
    }

    fn end(self: Box<Self>, result: Result<(), StoreError>) {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).push((self.name, result));
        assert!(self.name != "bomb", "a payload panicked when it was dropped");
    }

    fn is_kept(&self) -> bool {
        self.is_kept
    }
}

pub(super) const PANIC: i32 = -1;
pub(super) const REFUSED: i32 = ffi::SQLITE_CONSTRAINT;
pub(super) const FULL: i32 = ffi::SQLITE_FULL;
pub(super) const SYNC: i32 = ffi::SQLITE_IOERR_FSYNC;

/// A writer without its thread, of which each group is a call.
pub(super) struct Bench {
    pub(super) writer: Writer,
    pub(super) ends: Ends,
    pub(super) folder: TempDir,
}

impl Bench {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(open::FILE);
        let mut connection = open::connect(&file).expect("a file");
        schema::migrate(&mut connection, &file).expect("the tables");
        let writer = Writer {
            place: Place::of(&file),
            lost: Default::default(),
            connection,
            queue: Arc::default(),
            health: Arc::default(),
            _lock: Lock::take(folder.path()).expect("nobody has it"),
            kept: Writes::new(),
            last: (0, Duration::ZERO),
            dozed: Duration::ZERO,
        };
        Self { writer, ends: Ends::default(), folder }
    }

    /// A write that somebody waits for.
    pub(super) fn told(&self, name: &'static str, errors: &[i32]) -> Box<dyn Write> {
        let (errors, ends) = (errors.iter().copied().collect(), Arc::clone(&self.ends));
        Box::new(Scripted { name, errors, is_kept: false, ends })
    }

    /// One that nobody waits for.
    pub(super) fn kept(&self, name: &'static str, errors: &[i32]) -> Box<dyn Write> {
        let (errors, ends) = (errors.iter().copied().collect(), Arc::clone(&self.ends));
        Box::new(Scripted { name, errors, is_kept: true, ends })
    }

    pub(super) fn write<const N: usize>(&mut self, group: [Box<dyn Write>; N]) {
        self.writer.write(group.into());
    }

    /// The names of those that are on disk, and of those that are not.
    pub(super) fn ends(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let ends = std::mem::take(&mut *self.ends.lock().expect("the lock is not held over a panic"));
        let (done, not): (Vec<_>, Vec<_>) = ends.into_iter().partition(|(_, result)| result.is_ok());
        let names = |ends: Vec<(&'static str, _)>| ends.into_iter().map(|(name, _)| name).collect();
        (names(done), names(not))
    }
}
