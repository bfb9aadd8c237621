//! One process a store.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use super::error::OpenError;

/// How often, and how far apart, a lock that is taken is tried: a process that has just ended may
/// still hold it.
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(25);

/// The lock of a folder, until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    /// The folder itself, where that can be locked: its file may be removed while a process holds it.
    _folder: Option<File>,
}

impl Lock {
    pub(super) fn take(folder: &Path) -> Result<Self, OpenError> {
        let refused = |source: io::Error| OpenError::Folder { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(refused)?;
        let path = folder.join("ringrift.lock");
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(refused)?;
        for left in (0..TRIES).rev() {
            match file.try_lock().and_then(|()| lock_folder(folder)) {
                Ok(locked) => {
                    note_pid(&mut file).map_err(refused)?;
                    return Ok(Self { _file: file, _folder: locked });
                }
                Err(TryLockError::WouldBlock) if left > 0 => wait(),
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(error)) => return Err(refused(error)),
            }
        }
        let pid = fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok());
        Err(OpenError::Locked { folder: folder.to_owned(), pid })
    }
}

/// `None` where the system or the file system has no lock of a folder.
fn lock_folder(folder: &Path) -> Result<Option<File>, TryLockError> {
    let Ok(folder) = File::open(folder) else { return Ok(None) };
    match folder.try_lock() {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

#[expect(clippy::disallowed_methods, reason = "before the runtime starts, and half a second at most")]
fn wait() {
    std::thread::sleep(BETWEEN_TRIES);
}

/// For the message of whoever comes second.
fn note_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    write!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "before the runtime starts, whose time a test pauses")]
    fn a_lock_that_another_holds_is_tried_for_half_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let _held = Lock::take(folder.path()).unwrap();
        let begun = Instant::now();
        let refused = Lock::take(folder.path()).unwrap_err();
        assert!(begun.elapsed() >= Duration::from_millis(475), "{:?}", begun.elapsed());
        assert!(
            matches!(refused, OpenError::Locked { pid: Some(pid), .. } if pid == std::process::id()),
            "{refused:?}"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_lock_whose_file_was_removed_let_a_second_process_in() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::take(folder.path()).unwrap();
        fs::remove_file(folder.path().join("ringrift.lock")).unwrap();
        assert!(matches!(Lock::take(folder.path()), Err(OpenError::Locked { .. })));
        drop(held);
        Lock::take(folder.path()).unwrap();
    }
}
