//! Moves a file that is stored out of the inbox, over no other file.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The folder of an inbox that holds the files which are stored.
pub const DONE: &str = "done";

/// Moves a file into the folder `done` beside it, and tells where it is now. Blocks.
///
/// Where a file of its name lies there already, a number is added to the name.
///
/// # Errors
///
/// The folder cannot be made, or the file cannot be moved; then it stays where it is.
pub fn move_to_done(path: &Path) -> io::Result<PathBuf> {
    let done = path.with_file_name(DONE);
    fs::create_dir_all(&done)?;
    for number in 0_u32.. {
        let target = done.join(numbered(path, number));
        // A renaming replaces what is there, so the name is taken with an empty file first.
        match File::create_new(&target) {
            Ok(_) => return replace(path, target),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn replace(path: &Path, target: PathBuf) -> io::Result<PathBuf> {
    if let Err(error) = fs::rename(path, &target) {
        // The first error is the one to tell; an empty file in `done` does no harm.
        drop(fs::remove_file(&target));
        return Err(error);
    }
    Ok(target)
}

/// `games.jsonl`, `games-1.jsonl`, `games-2.jsonl`.
fn numbered(path: &Path, number: u32) -> OsString {
    if number == 0 {
        return path.file_name().unwrap_or_default().to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_same_name_are_all_kept() {
        let inbox = tempfile::tempdir().unwrap();
        let path = inbox.path().join("a.sealed.jsonl");
        for (text, name) in [("first", "a.sealed.jsonl"), ("second", "a.sealed-1.jsonl"), ("third", "a.sealed-2.jsonl")]
        {
            fs::write(&path, text).unwrap();
            assert_eq!(move_to_done(&path).unwrap(), inbox.path().join("done").join(name));
        }
        let read = |name| fs::read_to_string(inbox.path().join("done").join(name)).unwrap();
        let texts = ["a.sealed.jsonl", "a.sealed-1.jsonl", "a.sealed-2.jsonl"].map(read);
        assert_eq!(texts, ["first", "second", "third"]);
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_is_gone_leaves_nothing_in_its_place() {
        let inbox = tempfile::tempdir().unwrap();
        assert!(move_to_done(&inbox.path().join("a.jsonl")).is_err());
        assert_eq!(fs::read_dir(inbox.path().join(DONE)).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_made_leaves_the_file_where_it_is() {
        let inbox = tempfile::tempdir().unwrap();
        let path = inbox.path().join("a.jsonl");
        fs::write(&path, "game").unwrap();
        fs::write(inbox.path().join(DONE), "in the way").unwrap();
        assert!(move_to_done(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "game");
    }
}
