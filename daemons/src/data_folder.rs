//! The one folder that the stock daemons work in.
//!
//! | path | holds |
//! |---|---|
//! | `data/games.db` | the database of games |
//! | `data/inbox/` | game files that are to be taken in; anybody may drop one |
//! | `data/inbox/done/` | those that are stored |
//!
//! The folder is `data` in the working directory, or where the environment variable
//! [`VARIABLE`] says. It is not a setting of a daemon, because all of them have to agree on it.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ringrift_core::runtime::Builder;
use thiserror::Error;

use crate::workload::games::GameDb;
use crate::workload::games::open::OpenError;

/// The environment variable that names another folder.
pub const VARIABLE: &str = "RINGRIFT_DATA";
/// The folder, without that variable.
pub const DEFAULT: &str = "data";

/// Where the stock daemons keep what they work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    root: PathBuf,
}

/// Says why the data folder cannot be used.
#[derive(Debug, Error)]
pub enum DataFolderError {
    /// It cannot be made.
    #[error("data folder `{path}` cannot be made; `{VARIABLE}` names another one", path = .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Its database cannot be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
}

impl DataFolder {
    /// A folder, which may not be there yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that the environment names, or the default one.
    pub fn from_env() -> Self {
        Self::named_by(env::var_os(VARIABLE).map(PathBuf::from))
    }

    fn named_by(variable: Option<PathBuf>) -> Self {
        let named = variable.filter(|path| !path.as_os_str().is_empty());
        Self::new(named.unwrap_or_else(|| DEFAULT.into()))
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that game files are dropped into.
    pub fn inbox(&self) -> PathBuf {
        self.root.join("inbox")
    }

    /// The database of games.
    pub fn database(&self) -> PathBuf {
        self.root.join("games.db")
    }

    /// Makes what is not there yet, and opens the database. Blocks.
    ///
    /// # Errors
    ///
    /// The folder cannot be made, or the database cannot be opened.
    pub fn open(&self) -> Result<GameDb, DataFolderError> {
        let inbox = self.inbox();
        fs::create_dir_all(&inbox).map_err(|source| DataFolderError::Folder { path: inbox, source })?;
        Ok(GameDb::open(&self.database())?)
    }
}

/// Gives the stock daemons what they inject. The folder is opened when they start.
#[must_use]
pub fn provide(builder: Builder, folder: DataFolder) -> Builder {
    let opened = folder.clone();
    builder.provide_with(move || opened.open()).provide(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_goes_before_the_default_unless_it_is_empty() {
        for (variable, folder) in [(None, "data"), (Some(""), "data"), (Some("/srv/games"), "/srv/games")] {
            assert_eq!(DataFolder::named_by(variable.map(PathBuf::from)), DataFolder::new(folder));
        }
    }

    #[test]
    fn opening_makes_the_inbox_and_the_database_and_finds_them_again() {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::new(place.path().join("not/there/yet"));
        for _ in 0..2 {
            assert_eq!(folder.open().unwrap().total().unwrap(), 0);
            assert!(folder.inbox().is_dir() && folder.database().is_file());
        }
    }

    #[test]
    fn a_file_in_the_way_is_named_with_the_way_out() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("data");
        fs::write(&file, "").unwrap();
        let error = DataFolder::new(&file).open().unwrap_err();
        let inbox = file.join("inbox");
        let expected = format!("data folder `{}` cannot be made; `RINGRIFT_DATA` names another one", inbox.display());
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_database_that_is_none_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::new(place.path());
        fs::write(folder.database(), "this is a letter to my aunt, and not a database at all").unwrap();
        let error = folder.open().unwrap_err();
        let expected = format!("game database `{}` cannot be opened", folder.database().display());
        assert_eq!(error.to_string(), expected);
    }
}
