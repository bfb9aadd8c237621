//! What the database knows about a file that was dropped: how far it is stored.

use std::path::Path;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, ToSql, params};

use super::GameDb;
use super::store::StoreError;

/// The SHA-256 of a file's content.
pub type FileHash = [u8; 32];

/// How far one dropped file is stored.
///
/// A file that was dropped, stored and archived is done with; when the same file comes again, it
/// is a new drop. Until then, a second look at it goes on where the first one stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProgress {
    pub(super) id: i64,
    pub(super) content_hash: FileHash,
    /// Where the file lay, as text.
    pub path: String,
    /// Whether it is still being read.
    pub state: FileState,
    /// The lines that are dealt with, from the first on.
    pub lines_done: u64,
    /// How many of them were blank.
    pub blank: u64,
    /// How many were games that the database had already.
    pub duplicates: u64,
    /// How many are in quarantine since an earlier drop of the same file.
    pub quarantined_again: u64,
}

/// The stages of a dropped file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// Some lines may be missing.
    Reading,
    /// All lines are stored; the file still lies in the inbox.
    Stored,
    /// The file has left the inbox.
    Archived,
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
                 (path, content_hash, state, lines_done, blank, duplicates, quarantined_again)
             VALUES (?1, ?2, ?3, 0, 0, 0, 0)
             ON CONFLICT (content_hash, path) WHERE state <> 'archived' DO NOTHING",
            params![path, hash, FileState::Reading],
        )?;
        let unfinished = connection.query_row(
            "SELECT * FROM files WHERE content_hash = ?1 AND path = ?2 AND state <> 'archived'",
            params![hash, path],
            progress,
        )?;
        Ok(unfinished)
    }

    /// Writes down that a file has reached its next stage. Blocks.
    ///
    /// # Errors
    ///
    /// Somebody else has moved the file's record, or the database cannot be written.
    pub fn advance_file(
        &self,
        file: &FileProgress,
        state: FileState,
    ) -> Result<FileProgress, StoreError> {
        let next = FileProgress {
            state,
            ..file.clone()
        };
        move_on(&self.lock(), file, &next)?;
        Ok(next)
    }
}

/// Replaces a file's record, if it is still what the caller took it to be.
pub(super) fn move_on(
    connection: &Connection,
    from: &FileProgress,
    to: &FileProgress,
) -> Result<(), StoreError> {
    let changed = connection.execute(
        "UPDATE files SET state = ?1, lines_done = ?2, blank = ?3, duplicates = ?4, quarantined_again = ?5
         WHERE id = ?6 AND lines_done = ?7 AND state = ?8",
        params![
            to.state,
            to.lines_done.cast_signed(),
            to.blank.cast_signed(),
            to.duplicates.cast_signed(),
            to.quarantined_again.cast_signed(),
            from.id,
            from.lines_done.cast_signed(),
            from.state,
        ],
    )?;
    match changed {
        1 => Ok(()),
        _ => Err(StoreError::Overtaken {
            path: from.path.clone(),
        }),
    }
}

fn progress(row: &Row<'_>) -> rusqlite::Result<FileProgress> {
    let count = |column| row.get(column).map(i64::cast_unsigned);
    Ok(FileProgress {
        id: row.get("id")?,
        content_hash: row.get("content_hash")?,
        path: row.get("path")?,
        state: row.get("state")?,
        lines_done: count("lines_done")?,
        blank: count("blank")?,
        duplicates: count("duplicates")?,
        quarantined_again: count("quarantined_again")?,
    })
}

impl FileState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Stored => "stored",
            Self::Archived => "archived",
        }
    }
}

impl ToSql for FileState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for FileState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        let states = [Self::Reading, Self::Stored, Self::Archived];
        let known = states.into_iter().find(|state| state.as_str() == text);
        known.ok_or(FromSqlError::InvalidType)
    }
}
