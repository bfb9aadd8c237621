//! How a new store comes into the place of a damaged one, whenever the process ends.
//!
//! It is filled under a name that is worth nothing, and then, once it is whole and on disk, gets one
//! that says so. Until then the damaged one stays where it is, with its log: the next process begins
//! anew. From there on the next process goes on.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::failpoint;

/// What stands between the names of the store and of a whole new one, before the time.
const WHOLE: &str = "salvaged-";

/// The new one while it is filled.
pub(super) fn filling(file: &Path) -> PathBuf {
    file.with_extension("filling.db")
}

/// The damaged one, when it has made room.
pub(super) fn kept(file: &Path, stamp: i64) -> PathBuf {
    file.with_extension(format!("damaged-{stamp}.db"))
}

fn whole(file: &Path, stamp: i64) -> PathBuf {
    file.with_extension(format!("{WHOLE}{stamp}.db"))
}

/// Takes away what a filling that came to no end has left.
pub(super) fn clear(file: &Path) -> io::Result<()> {
    ["", "-journal"].iter().try_for_each(|end| remove(&with_end(&filling(file), end)))
}

/// The new one has been filled: from here on the next process goes on with it.
pub(super) fn is_whole(file: &Path, stamp: i64) -> io::Result<()> {
    File::options().write(true).open(filling(file))?.sync_all()?;
    rename(&filling(file), &whole(file, stamp))
}

/// Moves the damaged one aside, with the log that belongs to it, and the new one into its place.
pub(super) fn exchange(file: &Path, stamp: i64) -> io::Result<()> {
    let kept = kept(file, stamp);
    rename(file, &kept)?;
    finish(file, stamp)
}

/// No log may be left beside the new one: SQLite would take it for its own.
fn finish(file: &Path, stamp: i64) -> io::Result<()> {
    let kept = kept(file, stamp);
    for end in ["-wal", "-journal"] {
        rename(&with_end(file, end), &with_end(&kept, end))?;
    }
    remove(&with_end(file, "-shm"))?;
    rename(&whole(file, stamp), file)
}

/// Ends what an earlier process began. Returns the damaged one, if it is only now that it has been
/// replaced.
pub(super) fn go_on(file: &Path) -> io::Result<Option<PathBuf>> {
    clear(file)?;
    let Some(stamp) = begun(file)? else { return Ok(None) };
    if file.exists() {
        remove(&whole(file, stamp))?;
        return Ok(None);
    }
    finish(file, stamp)?;
    Ok(Some(kept(file, stamp)))
}

/// The time of a new one that is whole, and not yet in its place.
fn begun(file: &Path) -> io::Result<Option<i64>> {
    let (Some(folder), Some(stem)) = (file.parent(), file.file_stem()) else { return Ok(None) };
    let prefix = format!("{}.{WHOLE}", stem.to_string_lossy());
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let stamp = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".db"));
        if let Some(stamp) = stamp.and_then(|stamp| stamp.parse().ok()) {
            return Ok(Some(stamp));
        }
    }
    Ok(None)
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(end);
    PathBuf::from(path)
}

/// Renames a file, if it is there, for good.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    failpoint::at(failpoint::SALVAGE).map_err(io::Error::other)?;
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        renamed => renamed.and_then(|()| sync_folder(to)),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The names are on disk, in this order.
fn sync_folder(of: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = of.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = of;
    Ok(())
}
