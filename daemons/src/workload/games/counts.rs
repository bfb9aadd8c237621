//! How many games there are.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::files::FileProgress;
use super::{GameDb, ReadError};
use crate::workload::config_key::ConfigKey;

impl GameDb {
    /// The number of games. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn total(&self) -> Result<u64, ReadError> {
        Ok(count(&self.lock(), "SELECT count(*) FROM games")?)
    }

    /// The number of games of each config that has any. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn games_per_config(&self) -> Result<BTreeMap<ConfigKey, u64>, ReadError> {
        let connection = self.lock();
        let mut counts = connection.prepare_cached("SELECT config_key, count(*) FROM games GROUP BY config_key")?;
        let rows = counts.query_map([], key_and_count)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The number of games of each config that came with one drop of a file, in all its attempts.
    /// Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn games_from_file(&self, file: &FileProgress) -> Result<BTreeMap<ConfigKey, u64>, ReadError> {
        let connection = self.lock();
        let mut counts = connection
            .prepare_cached("SELECT config_key, count(*) FROM games WHERE file_id = ?1 GROUP BY config_key")?;
        let rows = counts.query_map(params![file.id], key_and_count)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The number of lines in quarantine. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn quarantined_total(&self) -> Result<u64, ReadError> {
        Ok(count(&self.lock(), "SELECT count(*) FROM quarantine")?)
    }
}

fn count(connection: &Connection, query: &str) -> rusqlite::Result<u64> {
    let count: i64 = connection.query_row(query, [], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

fn key_and_count(row: &rusqlite::Row<'_>) -> rusqlite::Result<(ConfigKey, u64)> {
    let count: i64 = row.get(1)?;
    Ok((row.get(0)?, count.cast_unsigned()))
}
