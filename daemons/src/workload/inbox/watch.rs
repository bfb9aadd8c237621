//! Which files of an inbox are complete.
//!
//! A file that came by renaming from our own writer says so in its name. Any other file may still
//! be growing: it counts as complete when it has not changed for [`SETTLE_TIME`]. One that was not
//! written for as long before it was renamed into the inbox, or moved there, is complete at once;
//! a younger one can't be told from a file that grows, and waits. A writer that pauses for longer has
//! to write under a hidden name, or one that does not end in `.jsonl`, and rename the file when it is
//! done.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::workload::game::batch::SEALED_SUFFIX;

/// How long a file must stay as it is before it counts as complete.
pub const SETTLE_TIME: Duration = Duration::from_secs(2);

/// What one look at a file has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub len: u64,
    /// When it was last written.
    pub modified: SystemTime,
    /// How long it had not been written when it was given its name, as far as can be told.
    pub rested: Duration,
}

/// What one look at an inbox has seen.
#[derive(Debug, Default)]
pub struct Listing {
    /// The game files, complete or not, in the order of their names.
    pub files: Vec<Look>,
    /// The entries that could not be looked at.
    pub unreadable: Vec<(PathBuf, io::Error)>,
}

/// Lists the game files of an inbox; hidden ones, folders and other files are none. Blocks.
///
/// # Errors
///
/// The folder itself cannot be read.
pub fn list(inbox: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in fs::read_dir(inbox)? {
        let path = entry?.path();
        if !has_game_file_name(&path) {
            continue;
        }
        match look(&path) {
            Ok(look) => listing.files.extend(look),
            // Somebody has taken it away since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => listing.unreadable.push((path, error)),
        }
    }
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listing)
}

/// Looks at a path; `None` if it is no file.
fn look(path: &Path) -> io::Result<Option<Look>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Ok(None);
    }
    let (len, modified) = (metadata.len(), metadata.modified()?);
    Ok(Some(Look { path: path.to_owned(), len, modified, rested: rested(&metadata) }))
}

/// A write sets both of a file's times, and a renaming only that of the last change. Both are of the
/// clock of the file system, which need not be ours.
#[cfg(unix)]
fn rested(metadata: &Metadata) -> Duration {
    use std::os::unix::fs::MetadataExt;
    let nanos = |seconds, nanos| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let written = nanos(metadata.mtime(), metadata.mtime_nsec());
    let changed = nanos(metadata.ctime(), metadata.ctime_nsec());
    Duration::from_nanos(u64::try_from(changed - written).unwrap_or(0))
}

#[cfg(not(unix))]
fn rested(_metadata: &Metadata) -> Duration {
    Duration::ZERO
}

fn has_game_file_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.ends_with(b".jsonl") && !name.starts_with(b".")
}

fn is_sealed(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.ends_with(SEALED_SUFFIX.as_bytes())
}

/// Remembers how the files of an inbox looked, and so knows which have stopped changing.
#[derive(Debug, Default)]
pub struct Watch {
    seen: HashMap<PathBuf, Unchanged>,
}

/// How a file looked, and since when.
#[derive(Debug)]
struct Unchanged {
    len: u64,
    modified: SystemTime,
    since: Instant,
}

impl Watch {
    /// Takes a new look at all files of the inbox and tells which of them are complete.
    ///
    /// A file that stays in the inbox is told again at each look; one that is not among `files` is
    /// forgotten. An empty file is never complete: its writer has only opened it.
    pub fn look(&mut self, files: &[Look], now: Instant) -> Vec<PathBuf> {
        let mut before = std::mem::take(&mut self.seen);
        for file in files {
            let same = before.remove(&file.path).filter(|seen| (seen.len, seen.modified) == (file.len, file.modified));
            let unchanged = same.unwrap_or(Unchanged { len: file.len, modified: file.modified, since: now });
            self.seen.insert(file.path.clone(), unchanged);
        }
        let complete = files.iter().filter(|file| self.is_complete(file, now));
        complete.map(|file| file.path.clone()).collect()
    }

    fn is_complete(&self, file: &Look, now: Instant) -> bool {
        let is_settled = self.seen.get(&file.path).is_some_and(|seen| now.duration_since(seen.since) >= SETTLE_TIME);
        file.len > 0 && (is_settled || file.rested >= SETTLE_TIME || is_sealed(&file.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn file(name: &str, len: u64, modified_at: u64) -> Look {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(modified_at);
        Look { path: name.into(), len, modified, rested: Duration::ZERO }
    }

    /// Looks at the same inbox at each of the times, and tells at which of them the file was
    /// complete.
    fn complete_at(looks: &[(u32, Look)]) -> Vec<u32> {
        let start = Instant::now();
        let mut watch = Watch::default();
        let mut complete = Vec::new();
        for (second, look) in looks {
            let now = start + *second * SECOND;
            if !watch.look(std::slice::from_ref(look), now).is_empty() {
                complete.push(*second);
            }
        }
        complete
    }

    #[test]
    fn a_file_is_complete_when_it_has_not_changed_for_two_seconds() {
        let same = |second| (second, file("a.jsonl", 5, 1));
        assert_eq!(complete_at(&[same(0), same(1), same(2), same(3)]), [2, 3]);
        assert!(complete_at(&[same(0), same(1)]).is_empty());
    }

    #[test]
    fn a_change_of_size_or_time_starts_the_wait_again() {
        let (short, long, later) = (file("a.jsonl", 5, 1), file("a.jsonl", 6, 1), file("a.jsonl", 6, 2));
        let looks = [
            (0, short.clone()),
            (1, short),
            (2, long.clone()),
            (3, long),
            (4, later.clone()),
            (5, later.clone()),
            (6, later),
        ];
        assert_eq!(complete_at(&looks), [6]);
    }

    #[test]
    fn a_file_of_our_own_writer_is_complete_at_once() {
        assert_eq!(complete_at(&[(0, file("hex5_2p-1f.sealed.jsonl", 5, 1))]), [0]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_was_not_written_for_two_seconds_before_it_was_moved_in_is_complete_at_once() {
        let inbox = tempfile::tempdir().unwrap();
        let (outside, inside) = (inbox.path().join("a.tmp"), inbox.path().join("a.jsonl"));
        for age in [2, 3600] {
            fs::write(&outside, "game").unwrap();
            let file = fs::File::options().append(true).open(&outside).unwrap();
            file.set_modified(file.metadata().unwrap().modified().unwrap() - age * SECOND).unwrap();
            fs::rename(&outside, &inside).unwrap();
            let looks = list(inbox.path()).unwrap().files;
            assert_eq!(
                Watch::default().look(&looks, Instant::now()),
                std::slice::from_ref(&inside),
                "{age} s, {looks:?}"
            );
        }
        fs::write(&inside, "game").unwrap();
        assert_eq!(list(inbox.path()).unwrap().files[0].rested, Duration::ZERO, "it has been written since");
    }

    #[test]
    fn one_that_was_written_later_than_that_waits() {
        let rested = |rested| Look { rested, ..file("a.jsonl", 5, 1) };
        assert_eq!(complete_at(&[(0, rested(2 * SECOND))]), [0]);
        let young = || rested(2 * SECOND - Duration::from_nanos(1));
        assert_eq!(complete_at(&[(0, young()), (1, young()), (2, young())]), [2]);
    }

    #[test]
    fn an_empty_file_is_never_complete() {
        let empty = |second| (second, file("a.jsonl", 0, 1));
        assert!(complete_at(&[empty(0), empty(5), empty(60)]).is_empty());
    }

    #[test]
    fn a_file_that_went_away_and_came_back_is_new() {
        let start = Instant::now();
        let mut watch = Watch::default();
        let there = [file("a.jsonl", 5, 1)];
        watch.look(&there, start);
        watch.look(&[], start + SECOND);
        assert!(watch.look(&there, start + 2 * SECOND).is_empty());
        assert_eq!(watch.look(&there, start + 4 * SECOND), [there[0].path.clone()]);
    }

    #[test]
    fn only_visible_game_files_are_listed() {
        let inbox = tempfile::tempdir().unwrap();
        for name in ["b.jsonl", "a.jsonl", ".a.jsonl", "a.jsonl.tmp", "a.jsonl.part", "a.json", "jsonl"] {
            fs::write(inbox.path().join(name), "x").unwrap();
        }
        fs::create_dir(inbox.path().join("folder.jsonl")).unwrap();
        let listing = list(inbox.path()).unwrap();
        let names: Vec<_> = listing.files.iter().map(|look| look.path.file_name().unwrap()).collect();
        assert_eq!(names, ["a.jsonl", "b.jsonl"]);
        assert!(listing.unreadable.is_empty());
        assert!(list(&inbox.path().join("missing")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn an_entry_that_cannot_be_looked_at_is_told() {
        let inbox = tempfile::tempdir().unwrap();
        let path = inbox.path().join("loop.jsonl");
        std::os::unix::fs::symlink(&path, &path).unwrap();
        let listing = list(inbox.path()).unwrap();
        assert!(listing.files.is_empty());
        assert_eq!(listing.unreadable[0].0, path);
    }
}
