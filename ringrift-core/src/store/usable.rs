//! Whether a folder could be a store's, asked without making anything in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{error::OpenError, open::FILE};

/// An error when a store could not be opened or made there. That another process has it is none.
pub(crate) fn check(folder: &Path) -> Result<(), OpenError> {
    let refused = |source| OpenError::Folder { folder: folder.to_owned(), source };
    let (place, exists) = nearest(folder).map_err(refused)?;
    may_write(&place).map_err(refused)?;
    let file = folder.join(FILE);
    if exists && file.exists() { may_write(&file).map_err(refused) } else { Ok(()) }
}

/// The folder; or, while it is not there, the one that it would be made in.
fn nearest(folder: &Path) -> io::Result<(PathBuf, bool)> {
    for ancestor in folder.ancestors() {
        let path = if ancestor.as_os_str().is_empty() { Path::new(".") } else { ancestor };
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Ok((path.to_owned(), ancestor == folder)),
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

#[cfg(unix)]
fn may_write(path: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    Ok(access(path, Access::WRITE_OK)?)
}

#[cfg(not(unix))]
fn may_write(path: &Path) -> io::Result<()> {
    match fs::metadata(path)?.permissions().readonly() {
        true => Err(io::ErrorKind::PermissionDenied.into()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(folder: &Path) -> String {
        let error = check(folder).unwrap_err();
        format!("{error}: {}", std::error::Error::source(&error).unwrap())
    }

    #[test]
    fn a_folder_that_is_still_to_be_made_is_usable_and_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("a/b");
        check(&wanted).unwrap();
        assert!(!folder.path().join("a").exists());
        check(folder.path()).unwrap();
        check(Path::new("no/such/folder")).unwrap();
    }

    /// Who may do everything may write there, too.
    #[cfg(unix)]
    #[test]
    fn a_folder_that_may_not_be_written_is_told() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let is_made = fs::File::create(folder.path().join("x")).is_ok();
        assert_eq!(check(folder.path()).is_ok(), is_made);
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for folder in [file.path().to_owned(), file.path().join("store")] {
            let said = refusal(&folder);
            let expected = format!(
                "the folder of the store, `{}` (`runtime.data_dir` names another), can't be used: ",
                folder.display()
            );
            assert!(said.starts_with(&expected) && said.to_lowercase().contains("not a directory"), "{said}");
        }
    }
}
