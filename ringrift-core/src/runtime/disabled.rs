//! The daemons that an operator disabled: kept on disk, so that they stay so over restarts.

use std::{collections::BTreeMap, fs, io, path::PathBuf, time::SystemTime};

use serde::{Deserialize, Serialize};

/// The file, or only memory when the runtime has no data folder.
#[derive(Debug, Default)]
pub(super) struct DisabledFile {
    path: Option<PathBuf>,
    disabled: BTreeMap<String, Disabled>,
}

/// One disabled daemon.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Disabled {
    since: SystemTime,
}

impl DisabledFile {
    /// Reads `disabled.json` of the data folder; a missing file is an empty one.
    pub(super) fn open(folder: Option<PathBuf>) -> io::Result<Self> {
        let path = folder.map(|folder| folder.join("disabled.json"));
        let disabled = match path.as_ref().map(fs::read) {
            Some(Ok(bytes)) => serde_json::from_slice(&bytes).map_err(io::Error::other)?,
            Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Some(Err(_)) | None => BTreeMap::new(),
        };
        Ok(Self { path, disabled })
    }

    pub(super) fn contains(&self, daemon: &str) -> bool {
        self.disabled.contains_key(daemon)
    }

    pub(super) fn disable(&mut self, daemon: &str, since: SystemTime) -> io::Result<()> {
        let mut disabled = self.disabled.clone();
        disabled.insert(daemon.to_owned(), Disabled { since });
        self.keep(disabled)
    }

    pub(super) fn enable(&mut self, daemon: &str) -> io::Result<()> {
        let mut disabled = self.disabled.clone();
        disabled.remove(daemon);
        self.keep(disabled)
    }

    /// What can't be kept is not so: a later change would keep it after all.
    fn keep(&mut self, disabled: BTreeMap<String, Disabled>) -> io::Result<()> {
        self.save(&disabled)?;
        self.disabled = disabled;
        Ok(())
    }

    /// Whole or not at all: written beside, synced, renamed.
    fn save(&self, disabled: &BTreeMap<String, Disabled>) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let beside = path.with_extension("json.new");
        let file = fs::File::create(&beside)?;
        serde_json::to_writer_pretty(&file, disabled)?;
        file.sync_all()?;
        fs::rename(beside, path)
    }
}
