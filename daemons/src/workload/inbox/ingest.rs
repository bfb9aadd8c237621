//! Stores the games of one file.
//!
//! A line that is no game goes into quarantine and never stops the lines after it. A crash, a stop
//! or a full disk in the middle costs nothing: the next attempt goes on behind the last line that
//! is stored.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;
use tracing::warn;

use super::archive::move_to_done;
use super::lines::{Lines, RawLine};
use crate::workload::config_key::ConfigKey;
use crate::workload::game::checked::{BadLine, Game};
use crate::workload::games::files::{FileHash, FileProgress};
use crate::workload::games::quarantine::QuarantinedLine;
use crate::workload::games::store::{OfferedLine, StoreError};
use crate::workload::games::{GameDb, ReadError};

/// The longest line that is read: far longer than any game, and short enough for the memory.
pub const LINE_LIMIT: usize = 16 * 1024 * 1024;
/// How many lines are stored in one transaction.
pub const BATCH_LINES: usize = 256;
/// After how many bytes a transaction is closed with fewer lines.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// How many quarantined lines a report lists.
const REPORTED_LINES: u32 = 100;

/// What became of the lines of one file, in all attempts to take it in.
///
/// `lines` is the sum of the stored games, `duplicates`, `quarantined_total`,
/// `quarantined_again` and `blank`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestReport {
    /// How many lines the file has.
    pub lines: u64,
    /// The games that it brought.
    pub stored_per_config: BTreeMap<ConfigKey, u64>,
    /// How many of its games were in the database already.
    pub duplicates: u64,
    /// The first of the lines that it brought into quarantine, a hundred at most.
    pub quarantined: Vec<QuarantinedLine>,
    /// How many lines it brought into quarantine.
    pub quarantined_total: u64,
    /// How many of its lines an earlier drop of the same file had brought into quarantine.
    pub quarantined_again: u64,
    /// How many lines were blank.
    pub blank: u64,
    /// Where the file lies now.
    pub moved_to: PathBuf,
}

/// Says why a file was not taken in; it still lies in the inbox, and no game is lost.
#[derive(Debug, Error)]
pub enum IngestError {
    /// The file cannot be read.
    #[error("game file `{path}` cannot be read", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Somebody was still writing it.
    #[error("game file `{path}` has changed while it was read", path = .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Somebody asked to stop.
    #[error("game file `{path}` was stopped after {lines_done} lines", path = .path.display())]
    Stopped {
        /// The file.
        path: PathBuf,
        /// How many lines are stored.
        lines_done: u64,
    },
    /// The lines are stored, and the file cannot leave the inbox.
    #[error("game file `{path}` is stored and cannot be moved away", path = .path.display())]
    Archive {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The database cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Stores the games of a file and moves it out of the inbox. Blocks.
///
/// Each game is stored once, however often this is called and wherever it was cut off. The report
/// covers the attempts before as well, so that nothing goes unreported; cut off in the moment
/// between moving the file and writing that down, which a log line tells unless the process died, a
/// later drop of the same file under the same name reports it once more. `should_stop` is asked before each transaction.
///
/// # Errors
///
/// The file stays in the inbox and can be offered again: see [`IngestError`].
pub fn ingest_file(db: &GameDb, path: &Path, should_stop: &dyn Fn() -> bool) -> Result<IngestReport, IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: path.to_owned(), source };
    let (metadata, hash) = fingerprint(path).map_err(unreadable)?;
    let begun = db.begin_file(path, hash)?;
    // No further than the hash goes: what a writer adds now belongs to another hash.
    let content = File::open(path).map_err(unreadable)?.take(metadata.len());
    let lines = Lines::new(BufReader::new(content), LINE_LIMIT);
    let progress = store_rest(db, path, begun, lines, should_stop)?;
    if has_changed(path, &metadata).map_err(unreadable)? {
        let path = path.to_owned();
        return Err(IngestError::Changed { path });
    }
    // Read before the file is moved, so that an error here leaves it to be offered again.
    let mut report = report(db, path, &progress)?;
    report.moved_to = move_to_done(path).map_err(|source| IngestError::Archive { path: path.to_owned(), source })?;
    // Too late for an error: the file is gone from the inbox, and its report must not be lost.
    if let Err(error) = db.finish_file(&progress) {
        warn!(path = %path.display(), %error, "file is stored and not marked as finished");
    }
    Ok(report)
}

fn fingerprint(path: &Path) -> io::Result<(Metadata, FileHash)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut content = file.take(metadata.len());
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok((metadata, hasher.finalize().into())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

fn has_changed(path: &Path, before: &Metadata) -> io::Result<bool> {
    let now = path.metadata()?;
    Ok(now.len() != before.len() || now.modified()? != before.modified()?)
}

/// Stores the lines behind those that are done.
fn store_rest(
    db: &GameDb,
    path: &Path,
    mut progress: FileProgress,
    mut lines: Lines<impl io::BufRead>,
    should_stop: &dyn Fn() -> bool,
) -> Result<FileProgress, IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: path.to_owned(), source };
    for _ in 0..progress.lines_done {
        lines.next().map_err(unreadable)?;
    }
    loop {
        if should_stop() {
            return Err(IngestError::Stopped { path: path.to_owned(), lines_done: progress.lines_done });
        }
        let batch = next_batch(&mut lines).map_err(unreadable)?;
        if batch.is_empty() {
            return Ok(progress);
        }
        progress = db.store_lines(&progress, &batch)?;
    }
}

fn next_batch(lines: &mut Lines<impl io::BufRead>) -> io::Result<Vec<OfferedLine>> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH_LINES && bytes < BATCH_BYTES {
        let Some(line) = lines.next()? else { break };
        let (RawLine::Whole(raw) | RawLine::TooLong(raw)) = &line;
        bytes += raw.len();
        batch.push(offered(line));
    }
    Ok(batch)
}

fn offered(line: RawLine) -> OfferedLine {
    let bad = |error: BadLine, raw| OfferedLine::Bad { reason: with_causes(&error), raw };
    match line {
        RawLine::TooLong(start) => bad(BadLine::TooLong { limit: LINE_LIMIT }, start),
        RawLine::Whole(raw) if raw.trim_ascii().is_empty() => OfferedLine::Blank,
        RawLine::Whole(raw) => match Game::from_line(&raw) {
            Ok(game) => OfferedLine::Game(Box::new(game)),
            Err(error) => bad(error, raw),
        },
    }
}

/// The whole chain of causes as one text, since a row of the database keeps no error.
fn with_causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Tells what became of a file's lines; it still lies where it was.
fn report(db: &GameDb, path: &Path, progress: &FileProgress) -> Result<IngestReport, ReadError> {
    let (quarantined_total, quarantined) = db.quarantined_from_file(progress, REPORTED_LINES)?;
    Ok(IngestReport {
        lines: progress.lines_done,
        stored_per_config: db.games_from_file(progress)?,
        duplicates: progress.duplicates,
        quarantined,
        quarantined_total,
        quarantined_again: progress.quarantined_again,
        blank: progress.blank,
        moved_to: path.to_owned(),
    })
}

#[cfg(test)]
mod tests;
