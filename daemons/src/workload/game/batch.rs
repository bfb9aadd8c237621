//! Hands games over as a file, whole or not at all.
//!
//! A reader of the inbox must never see half a file. The games are written under a hidden name,
//! brought to the disk, and only then given their name; a crash leaves a hidden file that nobody
//! reads. The name ends in [`SEALED_SUFFIX`], which tells the reader that it need not wait to see
//! whether the file still grows.
//!
//! The name holds a hash of the content: two batches cannot meet under one name unless they are
//! the same batch, and then it does not matter which of them stays.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::checked::Game;

/// How the names of files end that were complete when they appeared.
pub const SEALED_SUFFIX: &str = ".sealed.jsonl";

/// Says why a batch was not handed over.
#[derive(Debug, Error)]
pub enum WriteBatchError {
    /// There is nothing to hand over.
    #[error("a batch needs at least one game")]
    Empty,
    /// The file could not be written, or its name not brought to the disk; a reader sees the
    /// whole of it or nothing.
    #[error("batch `{path}` cannot be written", path = .path.display())]
    Io {
        /// The file that was to appear.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Puts games into an inbox as one file, named after the first game's config.
///
/// When this returns, the file is on the disk under its name.
///
/// # Errors
///
/// There are no games, or the file or its name cannot be brought to the disk. Handing the same
/// games over again is harmless, whether or not the file became visible.
pub fn write_batch(inbox: &Path, games: &[Game]) -> Result<PathBuf, WriteBatchError> {
    let first = games.first().ok_or(WriteBatchError::Empty)?;
    let body: String = games.iter().flat_map(|game| [game.line(), "\n"]).collect();
    let hash = Sha256::digest(&body);
    let short: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let path = inbox.join(format!("{}-{short}{SEALED_SUFFIX}", first.config_key()));
    match write_sealed(&path, body.as_bytes()) {
        Ok(()) => Ok(path),
        Err(source) => Err(WriteBatchError::Io { path, source }),
    }
}

fn write_sealed(path: &Path, body: &[u8]) -> io::Result<()> {
    let hidden = hidden_beside(path);
    let sealed = write_synced(&hidden, body).and_then(|()| fs::rename(&hidden, path));
    if let Err(error) = sealed {
        // The first error is the one to tell; the hidden file may not even exist.
        drop(fs::remove_file(&hidden));
        return Err(error);
    }
    sync_folder_of(path)
}

fn write_synced(path: &Path, body: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(body)?;
    file.sync_all()
}

/// Brings a renaming to the disk.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// A hidden name that no other writer uses at the same time.
fn hidden_beside(path: &Path) -> PathBuf {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.{number}.tmp", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn game(winner: u8) -> Game {
        let line = format!(r#"{{"board_type":"hex5","num_players":2,"winner":{winner},"moves":[1]}}"#);
        Game::from_line(line.as_bytes()).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn a_batch_is_one_file_with_a_line_for_each_game() {
        let inbox = tempfile::tempdir().unwrap();
        let games = [game(1), game(2)];
        let path = write_batch(inbox.path(), &games).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("hex5_2p-") && name.ends_with(SEALED_SUFFIX), "{name}");
        assert_eq!(names(inbox.path()), [name]);
        let body = fs::read_to_string(&path).unwrap();
        let read: Vec<_> = body.lines().map(|line| Game::from_line(line.as_bytes()).unwrap()).collect();
        assert_eq!(read, games);
        assert!(body.ends_with('\n'));
    }

    #[test]
    fn the_same_batch_has_the_same_name_and_another_batch_another() {
        let inbox = tempfile::tempdir().unwrap();
        let path = write_batch(inbox.path(), &[game(1)]).unwrap();
        assert_eq!(write_batch(inbox.path(), &[game(1)]).unwrap(), path);
        assert_ne!(write_batch(inbox.path(), &[game(2)]).unwrap(), path);
        assert_eq!(names(inbox.path()).len(), 2);
    }

    #[test]
    fn a_batch_that_cannot_take_its_name_leaves_nothing_behind() {
        let inbox = tempfile::tempdir().unwrap();
        let path = write_batch(inbox.path(), &[game(1)]).unwrap();
        fs::remove_file(&path).unwrap();
        // A folder in its place: the renaming fails after the hidden file was written.
        fs::create_dir_all(path.join("in the way")).unwrap();
        let error = write_batch(inbox.path(), &[game(1)]).unwrap_err();
        assert_eq!(error.to_string(), format!("batch `{}` cannot be written", path.display()));
        assert_eq!(names(inbox.path()), [path.file_name().unwrap().to_str().unwrap()]);
    }

    #[test]
    fn an_inbox_that_is_not_there_and_an_empty_batch_are_refused() {
        let inbox = tempfile::tempdir().unwrap();
        let missing = inbox.path().join("missing");
        assert!(matches!(write_batch(&missing, &[game(1)]), Err(WriteBatchError::Io { .. })));
        assert!(matches!(write_batch(inbox.path(), &[]), Err(WriteBatchError::Empty)));
    }
}
