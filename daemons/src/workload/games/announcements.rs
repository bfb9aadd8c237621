//! Which games nobody was told of yet.
//!
//! A game is noted here in the transaction that stores it, and crossed out once it was announced. So
//! a process that dies between the two announces late and not never, whatever became of the file.

use rusqlite::{Connection, Row, params};

use super::files::FileProgress;
use super::store::StoreError;
use super::{GameDb, ReadError};
use crate::workload::config_key::ConfigKey;

/// New games of one config in one file, of which nobody was told yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unannounced {
    file_id: i64,
    /// The file that they came in, where that lay then.
    pub file: String,
    /// Of which config.
    pub config_key: ConfigKey,
    /// How many.
    pub games: u64,
}

impl GameDb {
    /// The games that nobody was told of yet. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn unannounced(&self) -> Result<Vec<Unannounced>, ReadError> {
        let connection = self.lock();
        let mut games = connection.prepare_cached(
            "SELECT file_id, path, config_key, games
             FROM unannounced JOIN files ON files.id = file_id
             ORDER BY file_id, config_key",
        )?;
        let rows = games.query_map([], unannounced)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes down that games were announced. What was stored since then stays to be told. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be written; then they will be announced again.
    pub fn mark_announced(&self, told: &Unannounced) -> Result<(), StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        transaction.execute(
            "UPDATE unannounced SET games = games - ?1 WHERE file_id = ?2 AND config_key = ?3",
            params![told.games.cast_signed(), told.file_id, told.config_key],
        )?;
        transaction.execute("DELETE FROM unannounced WHERE games <= 0", [])?;
        Ok(transaction.commit()?)
    }
}

/// Notes that a new game of the file is to be announced.
pub(super) fn note(connection: &Connection, file: &FileProgress, config_key: &ConfigKey) -> rusqlite::Result<()> {
    let mut note = connection.prepare_cached(
        "INSERT INTO unannounced (file_id, config_key, games) VALUES (?1, ?2, 1)
         ON CONFLICT (file_id, config_key) DO UPDATE SET games = games + 1",
    )?;
    note.execute(params![file.id, config_key])?;
    Ok(())
}

fn unannounced(row: &Row<'_>) -> rusqlite::Result<Unannounced> {
    let games: i64 = row.get(3)?;
    Ok(Unannounced { file_id: row.get(0)?, file: row.get(1)?, config_key: row.get(2)?, games: games.cast_unsigned() })
}
