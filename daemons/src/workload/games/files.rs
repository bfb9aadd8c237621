//! What the database knows about a file that was dropped: how far it is stored.

use std::path::Path;

use rusqlite::{Connection, Row, params};

use super::GameDb;
use super::store::StoreError;

/// The SHA-256 of a file's content.
pub type FileHash = [u8; 32];

/// How far one dropped file is stored.
///
/// A file is finished when it has left the inbox; when the same file comes again, it is a new
/// drop. Until then, a second look at it goes on where the first one stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProgress {
    pub(super) id: i64,
    pub(super) content_hash: FileHash,
    /// Where the file lay, as text.
    pub path: String,
    /// The lines that are dealt with, from the first on.
    pub lines_done: u64,
    /// How many of them were blank.
    pub blank: u64,
    /// How many were games that the database had already.
    pub duplicates: u64,
    /// How many are in quarantine since an earlier drop of the same file.
    pub quarantined_again: u64,
}

impl GameDb {
    /// Finds the unfinished record of a file, or begins a new one. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be written.
    pub fn begin_file(&self, path: &Path, hash: FileHash) -> Result<FileProgress, StoreError> {
        let path = path.to_string_lossy();
        let connection = self.lock();
        connection.execute(
            "INSERT INTO files
                 (path, content_hash, finished, lines_done, blank, duplicates, quarantined_again)
             VALUES (?1, ?2, 0, 0, 0, 0, 0)
             ON CONFLICT (content_hash, path) WHERE finished = 0 DO NOTHING",
            params![path, hash],
        )?;
        let unfinished = connection.query_row(
            "SELECT * FROM files WHERE content_hash = ?1 AND path = ?2 AND finished = 0",
            params![hash, path],
            progress,
        )?;
        Ok(unfinished)
    }

    /// Writes down that a file has left the inbox. Blocks.
    ///
    /// # Errors
    ///
    /// Somebody else has moved the file's record, or the database cannot be written.
    pub fn finish_file(&self, file: &FileProgress) -> Result<(), StoreError> {
        let finished = self.lock().execute(
            "UPDATE files SET finished = 1 WHERE id = ?1 AND lines_done = ?2 AND finished = 0",
            params![file.id, file.lines_done.cast_signed()],
        )?;
        expect_one(finished, file)
    }
}

/// Replaces a file's record, if it is still what the caller took it to be.
pub(super) fn move_on(connection: &Connection, from: &FileProgress, to: &FileProgress) -> Result<(), StoreError> {
    let moved = connection.execute(
        "UPDATE files SET lines_done = ?1, blank = ?2, duplicates = ?3, quarantined_again = ?4
         WHERE id = ?5 AND lines_done = ?6 AND finished = 0",
        params![
            to.lines_done.cast_signed(),
            to.blank.cast_signed(),
            to.duplicates.cast_signed(),
            to.quarantined_again.cast_signed(),
            from.id,
            from.lines_done.cast_signed(),
        ],
    )?;
    expect_one(moved, from)
}

/// No row has changed if the record was not what the caller took it to be.
fn expect_one(changed: usize, file: &FileProgress) -> Result<(), StoreError> {
    match changed {
        1 => Ok(()),
        _ => Err(StoreError::Overtaken { path: file.path.clone() }),
    }
}

fn progress(row: &Row<'_>) -> rusqlite::Result<FileProgress> {
    let count = |column| row.get(column).map(i64::cast_unsigned);
    Ok(FileProgress {
        id: row.get("id")?,
        content_hash: row.get("content_hash")?,
        path: row.get("path")?,
        lines_done: count("lines_done")?,
        blank: count("blank")?,
        duplicates: count("duplicates")?,
        quarantined_again: count("quarantined_again")?,
    })
}
