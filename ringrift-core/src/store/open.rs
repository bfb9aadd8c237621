//! Opens a store: the lock, the file, its schema, and then its thread.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, config::DbConfig};

use super::{
    Store, checkup, error::OpenError, health::Health, lock::Lock, mend, millis, place::Place, queue::Queue, salvage,
    schema, settled, swap, writer::Writer,
};
use crate::words::one_line::one_line;

/// The file, in its folder.
pub(crate) const FILE: &str = "ringrift.db";
/// How long a statement waits for another process's, such as a shell that looks into the file.
const BUSY: Duration = Duration::from_secs(5);

/// A store that is open, and not yet written by its thread: for all that is read and written before
/// the first daemon starts.
pub(crate) struct Opening {
    file: PathBuf,
    connection: Connection,
    lock: Lock,
    damage: Vec<String>,
}

impl Opening {
    /// Opens the store of a folder; makes both when they are not there.
    pub(crate) fn open(folder: &Path) -> Result<Self, OpenError> {
        let lock = Lock::take(folder)?;
        // The working folder may become another.
        let folder = &std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let file = folder.join(FILE);
        refuse_others(&file)?;
        let now = millis(SystemTime::now());
        let mut damage = Damage { file: &file, lines: Vec::new() };
        let unusable = |source| OpenError::Folder { folder: folder.to_owned(), source };
        if let Some(kept) = swap::go_on(&file).map_err(unusable)? {
            damage.tell([format!(
                "a salvage that was cut off has ended; the damaged file is kept as `{}`",
                kept.display()
            )]);
        }
        let log = checkup::of_log(&file);
        let unreadable = |source| OpenError::Unreadable { file: file.clone(), source };
        damage.tell(log.clone());
        let (mut connection, cut) = connect_to_all_there_is(&file).map_err(unreadable)?;
        schema::found(&connection, &file)?;
        let mut pages = checkup::pages(&connection).map_err(unreadable)?;
        if cut == Cut::Short {
            pages.insert(0, "the file is shorter than it says".to_owned());
        }
        if !pages.is_empty() {
            damage.tell(pages);
            replace(connection, &file, &mut damage, now)?;
            connection = connect(&file).map_err(unreadable)?;
        }
        schema::migrate(&mut connection, &file)?;
        damage.tell(checkup::missing(&connection, now).map_err(unreadable)?);
        damage.tell(mend::rows(&mut connection, now).map_err(unreadable)?);
        if log.is_some() {
            mend::after_a_lost_log(&mut connection).map_err(unreadable)?;
        }
        let damage = damage.lines;
        Ok(Self { file, connection, lock, damage })
    }

    /// What damage comes to is told with the damage.
    pub(crate) fn tell(&mut self, line: String) {
        let mut damage = Damage { file: &self.file, lines: std::mem::take(&mut self.damage) };
        damage.tell([line]);
        self.damage = damage.lines;
    }

    #[cfg(test)]
    pub(super) fn damage(&self) -> &[String] {
        &self.damage
    }

    /// Reads and writes in one transaction.
    pub(crate) fn prepare<T>(
        &mut self,
        prepare: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, OpenError> {
        let unreadable = |source| OpenError::Unreadable { file: self.file.clone(), source };
        let begun = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let prepared = begun.and_then(|transaction| {
            let prepared = prepare(&transaction)?;
            transaction.commit()?;
            Ok(prepared)
        });
        prepared.map_err(unreadable)
    }

    /// Starts the writer.
    pub(crate) fn start(self) -> Result<Store, OpenError> {
        let (queue, health) = (Arc::new(Queue::default()), Arc::new(Health::default()));
        let writer = Writer {
            place: Place::of(&self.file),
            lost: Default::default(),
            connection: self.connection,
            queue: Arc::clone(&queue),
            health: Arc::clone(&health),
            _lock: self.lock,
            kept: Default::default(),
            last: (0, Duration::ZERO),
            dozed: Duration::ZERO,
        };
        let thread = std::thread::Builder::new().name("ringrift-store".to_owned());
        let writer = thread.spawn(|| writer.run()).map_err(OpenError::Thread)?;
        Ok(Store {
            file: self.file,
            queue,
            health,
            damage: self.damage,
            readers: Default::default(),
            writer: Arc::new(Some(writer).into()),
        })
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("file", &self.file).finish_non_exhaustive()
    }
}

/// What is found, which is told at once: the process may end before all is.
struct Damage<'a> {
    file: &'a Path,
    lines: Vec<String>,
}

impl Damage<'_> {
    fn tell(&mut self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            let line = one_line(&line);
            tracing::error!(file = %self.file.display(), "the store is damaged: {line}");
            self.lines.push(line.into_owned());
        }
    }
}

/// Puts what can be read of a damaged store in its place.
fn replace(damaged: Connection, file: &Path, damage: &mut Damage<'_>, now: i64) -> Result<(), OpenError> {
    let unreadable = |source| OpenError::Unreadable { file: file.to_owned(), source };
    // It is kept as it is, with its log.
    damaged.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(unreadable)?;
    let told = salvage::fill(&damaged, file, now);
    drop(damaged);
    let unusable = |source| OpenError::Folder { folder: file.parent().unwrap_or(file).to_owned(), source };
    if told.is_err() {
        // The room that it took goes back to the disk.
        _ = swap::clear(file);
    }
    damage.tell(told?);
    swap::is_whole(file, now).map_err(unusable)?;
    swap::exchange(file, now).map_err(unusable)?;
    damage.tell([format!("the damaged file is kept as `{}`", swap::kept(file, now).display())]);
    Ok(())
}

/// Fails where a file is not ours to change, another program's or a newer version's; without changing it. One that
/// can't be read is damaged, or not there: that is told by whoever opens it.
pub(super) fn refuse_others(file: &Path) -> Result<(), OpenError> {
    let no_store = |what| Err(OpenError::NoStore { file: file.to_owned(), what });
    if file.is_dir() {
        return no_store("a folder");
    }
    // Of a store that is damaged one name may be wrong, and of another program's database one may be right.
    let has_other_tables =
        "SELECT COUNT(*) > 0 AND SUM(name IN ('handlers', 'deliveries', 'effects', 'quarantine')) < 2
        FROM sqlite_schema";
    let Ok(reader) = reader(file) else { return Ok(()) };
    match reader.query_row(has_other_tables, [], |row| row.get(0)) {
        Ok(true) => return no_store("another program's database"),
        Ok(false) => {}
        Err(_) => return Ok(()),
    }
    match schema::found(&reader, file) {
        Err(newer @ OpenError::Newer { .. }) => Err(newer),
        _ => Ok(()),
    }
}

/// Whether a file has all its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Whole,
    Short,
}

/// A connection to a file, and to what is left of one that was cut short.
fn connect_to_all_there_is(file: &Path) -> rusqlite::Result<(Connection, Cut)> {
    match connect(file) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            let connection = Connection::open(file)?;
            connection.busy_timeout(BUSY)?;
            // Else SQLite refuses a file that has fewer pages than its header says. It is only read from here on.
            connection.pragma_update(None, "writable_schema", true)?;
            Ok((connection, Cut::Short))
        }
        connected => Ok((connected?, Cut::Whole)),
    }
}

/// A connection that writes.
pub(super) fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    configure(&connection)?;
    Ok(connection)
}

/// Write-ahead log, and a sync at every commit: what is committed survives the loss of power.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    // Before the first table: space that retention frees can be given back to the disk.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.set_prepared_statement_cache_capacity(64);
    settled::prepare(connection)
}

/// A connection that only reads.
pub(super) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

#[cfg(test)]
mod tests;
