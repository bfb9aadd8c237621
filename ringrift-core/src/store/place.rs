//! Whether the files that are written are still those that the next process finds.
//!
//! SQLite writes on into a file that somebody has removed: all of it ends with the process, and nothing fails.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::error::StoreError;

/// How often that is looked at, at most.
const LOOK: Duration = Duration::from_secs(1);

/// What tells a file from another that takes its place; `None` where that is not known.
type Identity = Option<(u64, u64)>;

/// The file of a store and its log, as they are known.
#[derive(Debug)]
pub(super) struct Place {
    files: [(PathBuf, Identity); 2],
    looked: Instant,
}

impl Place {
    /// The place of a store that is open.
    #[expect(clippy::disallowed_methods, reason = "of a thread of its own, whose time no test pauses")]
    pub(super) fn of(file: &Path) -> Self {
        // As SQLite has it: its log lies beside what a link leads to, whatever the working folder becomes.
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let mut log = file.clone().into_os_string();
        log.push("-wal");
        let known = |file: PathBuf| {
            let identity = identity(&file).unwrap_or_default();
            (file, identity)
        };
        Self { files: [known(file), known(log.into())], looked: Instant::now() }
    }

    /// Fails once a file that was there is not any more. Looks once a second.
    #[expect(clippy::disallowed_methods, reason = "of a thread of its own, whose time no test pauses")]
    pub(super) fn check(&mut self) -> Result<(), StoreError> {
        if self.looked.elapsed() < LOOK {
            return Ok(());
        }
        self.looked = Instant::now();
        self.look()
    }

    /// Whoever checks next looks.
    #[cfg(test)]
    pub(super) fn look_next(&mut self) {
        self.looked -= 2 * LOOK;
    }

    fn look(&mut self) -> Result<(), StoreError> {
        for (file, known) in &mut self.files {
            let is_gone = match identity(file) {
                Ok(found) => std::mem::replace(known, known.or(found)).is_some_and(|known| Some(known) != found),
                Err(error) => known.is_some() && error.kind() == io::ErrorKind::NotFound,
            };
            if is_gone {
                return Err(StoreError::Gone(file.display().to_string()));
            }
        }
        Ok(())
    }
}

/// Not by opening it: closing one's second handle of a file lets go of SQLite's locks of it.
#[cfg(unix)]
fn identity(file: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(file)?;
    Ok(Some((found.dev(), found.ino())))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> io::Result<Identity> {
    Ok(None)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_is_removed_or_replaced_is_gone_and_one_that_comes_to_be_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, log) = (folder.path().join("x"), folder.path().join("x-wal"));
        fs::write(&file, "").expect("written");
        let mut place = Place::of(&file);
        assert_eq!(place.look(), Ok(()));
        fs::write(&log, "").expect("written");
        assert_eq!(place.look(), Ok(()));
        let gone = |file: &Path| Err(StoreError::Gone(file.display().to_string()));
        fs::write(folder.path().join("other"), "").expect("written");
        fs::rename(folder.path().join("other"), &log).expect("moved");
        assert_eq!(place.look(), gone(&log));
        fs::remove_file(&file).expect("removed");
        assert_eq!(place.look(), gone(&file));
    }

    #[test]
    fn one_that_can_not_be_looked_at_is_not_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("a folder");
        fs::write(inner.join("x"), "").expect("written");
        let mut place = Place::of(&inner.join("x"));
        fs::rename(&inner, folder.path().join("other")).expect("moved");
        fs::write(&inner, "no folder").expect("written");
        assert_eq!(place.look(), Ok(()), "the system says that it is no folder, and not that there is no file");
    }

    #[test]
    fn the_log_lies_beside_what_a_link_leads_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("x"), folder.path().join("link"));
        for file in [&file, &folder.path().join("x-wal")] {
            fs::write(file, "").expect("written");
        }
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        let mut place = Place::of(&link);
        assert_eq!(place.look(), Ok(()));
        fs::remove_file(folder.path().join("x-wal")).expect("removed");
        assert!(place.look().is_err());
    }

    #[test]
    fn it_is_looked_at_once_a_second() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x");
        fs::write(&file, "").expect("written");
        let mut place = Place::of(&file);
        fs::remove_file(&file).expect("removed");
        place.looked += LOOK;
        assert_eq!(place.check(), Ok(()), "not yet");
        place.look_next();
        assert!(place.check().is_err());
        assert_eq!(LOOK, Duration::from_secs(1));
    }
}
