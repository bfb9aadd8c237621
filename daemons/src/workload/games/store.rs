//! Stores the lines of a file.

use chrono::{SecondsFormat, Utc};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use thiserror::Error;

use super::files::{FileProgress, move_on};
use super::{GameDb, announcements};
use crate::workload::game::checked::Game;

/// One line of a file, as it is offered to the database.
#[derive(Debug, Clone, PartialEq)]
pub enum OfferedLine {
    /// Nothing but white space.
    Blank,
    /// A sound game.
    Game(Box<Game>),
    /// Something else, which goes into quarantine.
    Bad {
        /// Why it is no game.
        reason: String,
        /// The line, or the start of one that is too long.
        raw: Vec<u8>,
    },
}

/// Says why something was not stored; nothing of it is.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database cannot be written.
    #[error("the game database cannot be written")]
    Sqlite(#[from] rusqlite::Error),
    /// Two are storing the same file at once; the other one goes on.
    #[error("file `{path}` is being stored by somebody else")]
    Overtaken {
        /// The file.
        path: String,
    },
}

impl GameDb {
    /// Stores the next lines of a file, all or none, and returns how far the file is then. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be written, or somebody else has moved the file's record; then nothing
    /// has changed.
    pub fn store_lines(&self, file: &FileProgress, lines: &[OfferedLine]) -> Result<FileProgress, StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut next = file.clone();
        for line in lines {
            next.lines_done += 1;
            match line {
                OfferedLine::Blank => next.blank += 1,
                OfferedLine::Game(game) => store_game(&transaction, &mut next, game)?,
                OfferedLine::Bad { reason, raw } => {
                    quarantine(&transaction, &mut next, reason, raw)?;
                }
            }
        }
        move_on(&transaction, file, &next)?;
        transaction.commit()?;
        Ok(next)
    }
}

fn store_game(transaction: &Transaction<'_>, file: &mut FileProgress, game: &Game) -> rusqlite::Result<()> {
    let is_new = insert_game(transaction, file, game)?;
    if is_new {
        announcements::note(transaction, file, game.config_key())?;
    } else {
        file.duplicates += 1;
    }
    let mut count = transaction.prepare_cached(
        "INSERT INTO offers (config_key, offered, duplicates) VALUES (?1, 1, ?2)
         ON CONFLICT (config_key) DO UPDATE
         SET offered = offered + 1, duplicates = duplicates + excluded.duplicates",
    )?;
    count.execute(params![game.config_key(), i64::from(!is_new)])?;
    Ok(())
}

/// Stores a game that is not there yet, and tells whether it was new.
fn insert_game(connection: &Connection, file: &FileProgress, game: &Game) -> rusqlite::Result<bool> {
    let record = game.record();
    let mut insert = connection.prepare_cached(
        "INSERT INTO games (content_key, config_key, board_type, num_players, winner, moves,
                            move_count, status, file_id, line, stored_at, json)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (content_key) DO NOTHING",
    )?;
    let inserted = insert.execute(params![
        game.content_key(),
        game.config_key(),
        record.board_type,
        record.num_players,
        record.winner,
        record.moves.len() as i64,
        record.move_count.map(u64::cast_signed),
        record.status,
        file.id,
        file.lines_done.cast_signed(),
        now(),
        game.line(),
    ])?;
    Ok(inserted == 1)
}

fn quarantine(
    transaction: &Transaction<'_>,
    file: &mut FileProgress,
    reason: &str,
    raw: &[u8],
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO quarantine (content_hash, line, file_id, reason, raw, stored_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (content_hash, line) DO NOTHING",
    )?;
    let line = file.lines_done.cast_signed();
    let inserted = insert.execute(params![file.content_hash, line, file.id, reason, raw, now()])?;
    if inserted == 0 {
        file.quarantined_again += 1;
    }
    Ok(())
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests;
