//! The database of games: every game once, every bad line kept, every file accounted for.
//!
//! One SQLite file, write-ahead log, synced at each commit: what was stored is there after a crash.
//! The lines of a file are stored in bounded transactions, and each transaction also moves the
//! file's own record on, so lines and progress cannot disagree. A game is known by its content
//! ([`ContentKey`](super::game::content_key::ContentKey)), so offering it again changes nothing
//! but the count of duplicates.
//!
//! All calls block, on the disk and on each other: a daemon makes them through `spawn_blocking`.

pub mod announcements;
pub mod counts;
pub mod facts;
pub mod files;
pub mod open;
pub mod quarantine;
pub mod store;

mod columns;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use thiserror::Error;

/// The game database; clones are handles of the same one.
#[derive(Debug, Clone)]
pub struct GameDb {
    // One connection for all: transactions are short and bounded, and a reader that waits for one
    // never finds the database busy.
    connection: Arc<Mutex<Connection>>,
}

/// The game database could not be read.
#[derive(Debug, Error)]
#[error("the game database cannot be read")]
pub struct ReadError(#[from] rusqlite::Error);

impl GameDb {
    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held has rolled its transaction back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
