//! Why something was not stored.

use std::{io, path::PathBuf};

use rusqlite::{ErrorCode, ffi};
use thiserror::Error;

/// Why a write was not made, or a reading not done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum StoreError {
    /// There is no room on the disk. It is tried again by itself.
    #[error("the disk is full")]
    Full,
    /// Another program holds the file. It is tried again by itself.
    #[error("another program holds the store's file for too long; end what it does there")]
    Busy,
    /// The disk failed; nothing is written any more in this process.
    #[error("the disk failed ({0}); only a new process writes again")]
    Failed(String),
    /// Its file was removed, or another took its place; nothing is written any more in this process.
    #[error(
        "`{0}` was removed, or replaced, under this process: what it took since may be lost when it ends; start a new one"
    )]
    Gone(String),
    /// SQLite refused this write alone.
    #[error("{0}")]
    Refused(String),
    /// The runtime has ended.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether it is about one write; of all else the writer tells.
    pub(super) const fn is_of_one(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Closed)
    }

    /// Whether nothing is written any more in this process.
    pub(super) const fn is_for_good(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Gone(_))
    }

    /// Whether it is tried again by itself.
    pub(crate) const fn may_pass(&self) -> bool {
        matches!(self, Self::Full | Self::Busy)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error() else {
            return Self::Refused(error.to_string());
        };
        match (code.code, code.extended_code) {
            (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Busy,
            (ErrorCode::SystemIoFailure, _) => Self::Failed(error.to_string()),
            _ => Self::Refused(error.to_string()),
        }
    }
}

/// Why a store can't be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder can't be made, or the file not be locked.
    #[error("the folder of the store, `{}` (`runtime.data_dir` names another), can't be used", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process has it, or another runtime of this one.
    #[error("{} has the data folder `{}`; stop it, or name another folder in `data_dir`", holder(*.pid), .folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
        /// The other process, where it says so.
        pid: Option<u32>,
    },
    /// A newer version of ringrift wrote it.
    #[error(
        "`{}` was written by a newer version of ringrift (schema {found}; this one knows up to {known}); update this program, or name another folder in `data_dir`",
        .file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The version of its schema.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// What has the name of the store is something else.
    #[error("`{}` is {what}, and no store of ringrift; move it away, or name another folder in `data_dir`", .file.display())]
    NoStore {
        /// The file.
        file: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// SQLite can't work with it: it is not a store, or broken beyond reading, or may not be written.
    #[error("`{}` {}", .file.display(), what_is_wrong(.source))]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// There is no thread for it.
    #[error("the thread of the store can't be started")]
    Thread(#[source] io::Error),
}

/// Who has a folder.
fn holder(pid: Option<u32>) -> String {
    match pid {
        Some(pid) if pid == std::process::id() => "another runtime of this process".to_owned(),
        Some(pid) => format!("another process, {pid},"),
        None => "another process".to_owned(),
    }
}

/// What a file is, and the way out.
fn what_is_wrong(source: &rusqlite::Error) -> &'static str {
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            "can't be read as a store; move it away, and a new one is begun"
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            "can't be opened; let this process read and write it, and its folder"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "is held by another program; end what it does there, and start again"
        }
        Some(ErrorCode::DiskFull) => "is on a disk that is full; make room, and start again",
        Some(ErrorCode::SystemIoFailure) => "is on a disk that fails",
        _ => "can't be used as a store",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(code: i32) -> String {
        let source = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        OpenError::Unreadable { file: "x.db".into(), source }.to_string()
    }

    #[test]
    fn who_has_the_folder_is_named() {
        let message = |pid| OpenError::Locked { folder: "data".into(), pid }.to_string();
        let end = "has the data folder `data`; stop it, or name another folder in `data_dir`";
        assert_eq!(message(Some(7)), format!("another process, 7, {end}"));
        assert_eq!(message(None), format!("another process {end}"));
        assert_eq!(message(Some(std::process::id())), format!("another runtime of this process {end}"));
    }

    #[test]
    fn only_a_file_that_is_no_store_is_to_be_moved_away() {
        for code in [ffi::SQLITE_NOTADB, ffi::SQLITE_CORRUPT] {
            assert_eq!(message(code), "`x.db` can't be read as a store; move it away, and a new one is begun");
        }
        for (code, wrong) in [
            (ffi::SQLITE_CANTOPEN, "can't be opened; let this process read and write it, and its folder"),
            (ffi::SQLITE_READONLY, "can't be opened; let this process read and write it, and its folder"),
            (ffi::SQLITE_BUSY, "is held by another program; end what it does there, and start again"),
            (ffi::SQLITE_FULL, "is on a disk that is full; make room, and start again"),
            (ffi::SQLITE_IOERR_FSYNC, "is on a disk that fails"),
            (ffi::SQLITE_ERROR, "can't be used as a store"),
        ] {
            assert_eq!(message(code), format!("`x.db` {wrong}"));
        }
    }
}
