//! The lines that are no games: where each came from, why it was refused, and what it said.

use rusqlite::{OptionalExtension, Row, params};

use super::files::FileProgress;
use super::{GameDb, ReadError};

/// A line in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinedLine {
    /// Its number in the database.
    pub id: i64,
    /// The file it stood in, where that lay then.
    pub file: String,
    /// Its line number, from 1.
    pub line: u64,
    /// Why it is no game.
    pub reason: String,
}

impl GameDb {
    /// The newest lines in quarantine, the newest first, at most `limit`. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn quarantined(&self, limit: u32) -> Result<Vec<QuarantinedLine>, ReadError> {
        let connection = self.lock();
        let mut lines = connection.prepare_cached(
            "SELECT quarantine.id, path, line, reason
             FROM quarantine JOIN files ON files.id = file_id
             ORDER BY quarantine.id DESC LIMIT ?1",
        )?;
        let rows = lines.query_map(params![limit], quarantined_line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The lines that one drop of a file brought into quarantine: how many, and the first `limit`
    /// of them. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn quarantined_from_file(
        &self,
        file: &FileProgress,
        limit: u32,
    ) -> Result<(u64, Vec<QuarantinedLine>), ReadError> {
        let connection = self.lock();
        let total: i64 =
            connection
                .query_row("SELECT count(*) FROM quarantine WHERE file_id = ?1", params![file.id], |row| row.get(0))?;
        let mut lines = connection.prepare_cached(
            "SELECT quarantine.id, path, line, reason
             FROM quarantine JOIN files ON files.id = file_id
             WHERE file_id = ?1 ORDER BY line LIMIT ?2",
        )?;
        let rows = lines.query_map(params![file.id, limit], quarantined_line)?;
        Ok((total.cast_unsigned(), rows.collect::<Result<_, _>>()?))
    }

    /// What a line in quarantine said, or its start if it was too long; `None` if no line has this
    /// number. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn quarantined_raw(&self, id: i64) -> Result<Option<Vec<u8>>, ReadError> {
        let connection = self.lock();
        let raw = connection.query_row("SELECT raw FROM quarantine WHERE id = ?1", params![id], |row| row.get(0));
        Ok(raw.optional()?)
    }
}

fn quarantined_line(row: &Row<'_>) -> rusqlite::Result<QuarantinedLine> {
    let line: i64 = row.get(2)?;
    Ok(QuarantinedLine { id: row.get(0)?, file: row.get(1)?, line: line.cast_unsigned(), reason: row.get(3)? })
}
