//! A data folder for one test, and what is in it.

use std::{fs, path::PathBuf, time::Duration};

use ringrift_core::testing::{KitBuilder, TestKit};
use ringrift_daemons::{
    data_folder::DataFolder,
    workload::{config_key::ConfigKey, games::GameDb},
};
use tempfile::TempDir;

pub(super) struct Site {
    _place: TempDir,
    pub(super) folder: DataFolder,
    pub(super) games: GameDb,
}

impl Site {
    pub(super) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::new(place.path());
        let games = folder.open().unwrap();
        Self { _place: place, folder, games }
    }

    pub(super) fn provide(&self, kit: KitBuilder) -> KitBuilder {
        kit.provide(self.games.clone()).provide(self.folder.clone())
    }

    pub(super) fn drop_file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.folder.inbox().join(name), content).unwrap();
    }

    /// The files that wait in the inbox.
    pub(super) fn waiting(&self) -> Vec<PathBuf> {
        let paths = fs::read_dir(self.folder.inbox()).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_file()).collect()
    }

    /// Waits until the inbox is empty, for an hour of the paused clock at most.
    pub(super) async fn until_taken_in(&self, kit: &TestKit) {
        let taken_in = async {
            while !self.waiting().is_empty() {
                kit.advance(Duration::from_millis(100)).await;
            }
        };
        let taken_in = tokio::time::timeout(Duration::from_secs(3600), taken_in).await;
        taken_in.unwrap_or_else(|_| panic!("still in the inbox: {:?}", self.waiting()));
        kit.settle().await;
    }

    pub(super) fn counts(&self) -> Vec<(String, u64)> {
        let counts = self.games.games_per_config().unwrap();
        counts.iter().map(|(key, games)| (key.to_string(), *games)).collect()
    }
}

pub(super) fn key(key: &str) -> ConfigKey {
    key.parse().unwrap()
}
