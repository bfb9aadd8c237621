//! Opens the database and brings its tables about.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use thiserror::Error;

use super::GameDb;

/// What makes each version of the tables from the one before.
const STEPS: [&str; 2] = [TABLES, UNANNOUNCED];

/// The version that the last step makes, kept in the file as `user_version`.
const SCHEMA_VERSION: i32 = STEPS.len() as i32;

/// How long a call waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long it waits between two tries of what SQLite itself does not wait for.
const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// How often such a thing is tried, so that it takes [`BUSY_TIMEOUT`] in all.
const BUSY_TRIES: u32 = 500;

/// The first tables.
///
/// `files` has a row for each time that a file was dropped, since the same file may come again.
/// The index over `games` holds all that counting needs, so that counting does not read the games.
const TABLES: &str = "
    CREATE TABLE files (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL,
        content_hash BLOB NOT NULL,
        finished INTEGER NOT NULL,
        lines_done INTEGER NOT NULL,
        blank INTEGER NOT NULL,
        duplicates INTEGER NOT NULL,
        quarantined_again INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX files_at_work ON files (content_hash, path) WHERE finished = 0;

    CREATE TABLE games (
        content_key BLOB PRIMARY KEY,
        config_key TEXT NOT NULL,
        board_type TEXT NOT NULL,
        num_players INTEGER NOT NULL,
        winner INTEGER,
        moves INTEGER NOT NULL,
        move_count INTEGER,
        status TEXT,
        file_id INTEGER NOT NULL REFERENCES files,
        line INTEGER NOT NULL,
        stored_at TEXT NOT NULL,
        json TEXT NOT NULL
    ) STRICT;
    CREATE INDEX games_by_config
        ON games (config_key, moves, move_count, winner, num_players, status);
    CREATE INDEX games_by_file ON games (file_id, config_key);

    CREATE TABLE offers (
        config_key TEXT PRIMARY KEY,
        offered INTEGER NOT NULL,
        duplicates INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE quarantine (
        id INTEGER PRIMARY KEY,
        content_hash BLOB NOT NULL,
        line INTEGER NOT NULL,
        file_id INTEGER NOT NULL REFERENCES files,
        reason TEXT NOT NULL,
        raw BLOB NOT NULL,
        stored_at TEXT NOT NULL,
        UNIQUE (content_hash, line)
    ) STRICT;
    CREATE INDEX quarantine_by_file ON quarantine (file_id, line);
";

/// The games that are to be announced; of older files those that were cut off before they were.
const UNANNOUNCED: &str = "
    CREATE TABLE unannounced (
        file_id INTEGER NOT NULL REFERENCES files,
        config_key TEXT NOT NULL,
        games INTEGER NOT NULL,
        PRIMARY KEY (file_id, config_key)
    ) STRICT;
    INSERT INTO unannounced
        SELECT file_id, config_key, count(*) FROM games
        WHERE file_id IN (SELECT id FROM files WHERE finished = 0)
        GROUP BY file_id, config_key;
";

/// Says why the game database was not opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file is no database, or cannot be opened or written.
    #[error("game database `{path}` cannot be opened", path = .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A newer program has written the file; this one might damage it.
    #[error(
        "game database `{path}` has schema version {found}, and this program knows {SCHEMA_VERSION}; open it with the newer program",
        path = .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version it has.
        found: i32,
    },
}

impl GameDb {
    /// Opens the database, and creates it if there is none; its folder must exist. Blocks.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or a newer program has written it.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let sqlite = |source| OpenError::Sqlite { path: path.to_owned(), source };
        let mut connection = connect(path).map_err(sqlite)?;
        let found = migrate(&mut connection).map_err(sqlite)?;
        if found > SCHEMA_VERSION {
            return Err(OpenError::Newer { path: path.to_owned(), found });
        }
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    write_ahead(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// Switches to the write-ahead log.
///
/// SQLite waits for nobody here: of two connections that switch a new file at once, one is told at once
/// that the file is busy, whatever the timeout. So the waiting is done here.
#[expect(clippy::disallowed_methods, reason = "opening blocks, as it says")]
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let is_busy = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    for _ in 1..BUSY_TRIES {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) => thread::sleep(BUSY_PAUSE),
            switched => return switched,
        }
    }
    connection.pragma_update(None, "journal_mode", "WAL")
}

/// Brings the tables to this version, and tells which one the file had; a newer one is left alone.
fn migrate(connection: &mut Connection) -> rusqlite::Result<i32> {
    // Immediate: of two processes that open a new file at once, the second finds the tables made.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let missing = STEPS.get(found as usize..).unwrap_or_default();
    for step in missing {
        transaction.execute_batch(step)?;
    }
    if !missing.is_empty() {
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    transaction.commit()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_written_ahead_and_synced_at_each_commit() {
        let folder = tempfile::tempdir().unwrap();
        let db = GameDb::open(&folder.path().join("games.db")).unwrap();
        let connection = db.lock();
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
        assert_eq!(pragma("synchronous"), Ok(2));
        assert_eq!(pragma("user_version"), Ok(SCHEMA_VERSION));
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }

    #[test]
    fn a_database_of_a_newer_program_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("games.db");
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 3).unwrap();
        let error = GameDb::open(&path).unwrap_err();
        let path = path.display();
        assert_eq!(
            error.to_string(),
            format!(
                "game database `{path}` has schema version 3, and this program knows 2; open it with the newer program"
            )
        );
        let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
        assert_eq!(tables, Ok(0));
    }

    #[test]
    fn a_database_of_version_1_announces_what_a_file_was_cut_off_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("games.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(TABLES).unwrap();
        old.execute_batch(
            "INSERT INTO files VALUES (1, 'a.jsonl', x'00', 1, 1, 0, 0, 0), (2, 'b.jsonl', x'01', 0, 2, 0, 0, 0);
             INSERT INTO games VALUES
                 (x'00', 'hex5_2p', 'hex5', 2, 1, 9, 9, 'completed', 1, 1, '2026', '{}'),
                 (x'01', 'hex5_2p', 'hex5', 2, 1, 9, 9, 'completed', 2, 1, '2026', '{}'),
                 (x'02', 'hex5_2p', 'hex5', 2, 1, 9, 9, 'completed', 2, 2, '2026', '{}');
             PRAGMA user_version = 1;",
        )
        .unwrap();
        for _ in 0..2 {
            let untold = GameDb::open(&path).unwrap().unannounced().unwrap();
            let untold: Vec<_> = untold.iter().map(|games| (&*games.file, games.games)).collect();
            assert_eq!(untold, [("b.jsonl", 2)]);
        }
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("games.db");
        let text = "this is a letter, not a database\n".repeat(100);
        std::fs::write(&path, &text).unwrap();
        assert!(matches!(GameDb::open(&path), Err(OpenError::Sqlite { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn many_threads_can_open_a_new_database_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("games.db");
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| GameDb::open(&path).unwrap());
            }
        });
    }
}
