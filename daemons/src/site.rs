//! A data folder for one test.

use std::fs;
use std::path::PathBuf;

use ringrift_core::testing::KitBuilder;
use tempfile::TempDir;

use crate::data_folder::DataFolder;
use crate::workload::games::GameDb;
use crate::workload::inbox::ingest::{IngestReport, ingest_file};

/// A data folder with its database, gone at the end of the test.
pub(crate) struct Site {
    _place: TempDir,
    pub(crate) folder: DataFolder,
    pub(crate) games: GameDb,
}

impl Site {
    pub(crate) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::new(place.path());
        let games = folder.open().unwrap();
        Self { _place: place, folder, games }
    }

    /// Gives the daemons of a test what they inject.
    pub(crate) fn provide(&self, kit: KitBuilder) -> KitBuilder {
        kit.provide(self.games.clone()).provide(self.folder.clone())
    }

    pub(crate) fn drop_file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.inbox().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Takes a file in, as the pipeline does.
    pub(crate) fn ingest(&self, path: &std::path::Path) -> IngestReport {
        ingest_file(&self.games, path, &|| false).unwrap()
    }

    /// The names in the inbox, hidden ones as well.
    pub(crate) fn inbox(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.inbox()).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect()
    }

    /// Does something to the database behind the daemons' backs.
    pub(crate) fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.folder.database()).unwrap().execute_batch(sql).unwrap();
    }
}
