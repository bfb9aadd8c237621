//! How much data there is of each config, and so which one is played next.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::hex_config::HexConfig;
use crate::workload::config_key::ConfigKey;
use crate::workload::game::batch::SEALED_SUFFIX;
use crate::workload::games::{GameDb, ReadError};
use crate::workload::inbox::watch::list;
use crate::workload::priority::next_config;

/// The games of each config: stored, and played but not yet stored.
#[derive(Debug, Default)]
pub(super) struct Demand {
    stored: BTreeMap<ConfigKey, u64>,
    /// Whether `stored` is what the database says.
    is_counted: bool,
    /// The batches in the inbox.
    waiting: Vec<Waiting>,
    /// The scores of the configs whose games are bad.
    scores: BTreeMap<ConfigKey, f64>,
}

/// A batch of our own that lies in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) path: PathBuf,
    pub(super) config_key: ConfigKey,
    pub(super) games: u64,
}

/// What [`Demand`] wants to know of the disk. It is answered without a lock, while events come in.
#[derive(Debug)]
pub(super) struct Question {
    waiting: Vec<PathBuf>,
    is_counted: bool,
}

/// What the disk says.
#[derive(Debug)]
pub(super) struct Answer {
    gone: Vec<PathBuf>,
    /// `None` when what is known is still so.
    stored: Option<Result<BTreeMap<ConfigKey, u64>, ReadError>>,
}

impl Question {
    /// Looks at the inbox and the database. Blocks.
    pub(super) fn answer(self, games: &GameDb) -> Answer {
        let gone: Vec<PathBuf> = self.waiting.into_iter().filter(|path| !path.exists()).collect();
        // Asked after the inbox, so that a game which is stored just now counts twice and not never.
        let is_known = self.is_counted && gone.is_empty();
        Answer { gone, stored: (!is_known).then(|| games.games_per_config()) }
    }
}

impl Demand {
    /// Notes a batch that lies in the inbox.
    pub(super) fn add_waiting(&mut self, batch: Waiting) {
        self.waiting.push(batch);
    }

    /// The database has changed.
    pub(super) fn forget_counts(&mut self) {
        self.is_counted = false;
    }

    /// What has to be looked up. What changes from here on is looked up the next time.
    pub(super) fn ask(&mut self) -> Question {
        let waiting = self.waiting.iter().map(|batch| batch.path.clone()).collect();
        Question { waiting, is_counted: std::mem::replace(&mut self.is_counted, true) }
    }

    /// Brings the counts up to date.
    pub(super) fn take_in(&mut self, answer: Answer) -> Result<(), ReadError> {
        self.waiting.retain(|batch| !answer.gone.contains(&batch.path));
        match answer.stored.transpose() {
            Ok(Some(stored)) => self.stored = stored,
            Ok(None) => {}
            Err(error) => {
                self.is_counted = false;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Counts the stored games of a config for no more than their score, until they are good: a
    /// config with bad games gets more new ones, and does not starve the others.
    pub(super) fn discount(&mut self, key: ConfigKey, score: f64) {
        self.scores.insert(key, score);
    }

    /// The configs whose games are bad, with their scores.
    pub(super) fn bad(&self) -> &BTreeMap<ConfigKey, f64> {
        &self.scores
    }

    /// Counts each stored game as one.
    pub(super) fn count_in_full(&mut self, key: &ConfigKey) {
        self.scores.remove(key);
    }

    /// How many games of each config count.
    pub(super) fn games(&self) -> BTreeMap<ConfigKey, u64> {
        let discounted = self.stored.iter().map(|(key, games)| {
            let score = self.scores.get(key).copied().unwrap_or(1.0);
            (key.clone(), (*games as f64 * score) as u64)
        });
        let mut counts: BTreeMap<ConfigKey, u64> = discounted.collect();
        for batch in &self.waiting {
            *counts.entry(batch.config_key.clone()).or_default() += batch.games;
        }
        counts
    }

    /// The config with the fewest games, unless even that has as many as `target`.
    pub(super) fn next<'a>(&self, configs: &'a [HexConfig], target: u64) -> Option<&'a HexConfig> {
        let counts = self.games();
        let keys: Vec<ConfigKey> = configs.iter().map(|config| config.key().clone()).collect();
        let next = next_config(&keys, &counts)?;
        let is_short = counts.get(next).copied().unwrap_or(0) < target;
        configs.iter().find(|config| is_short && config.key() == next)
    }
}

/// Finds the batches that an earlier process has put into the inbox, which is made if it is gone. Blocks.
pub(super) fn batches_in(inbox: &Path) -> io::Result<Vec<Waiting>> {
    fs::create_dir_all(inbox)?;
    let mut batches = Vec::new();
    for path in list(inbox)?.files.into_iter().map(|file| file.path) {
        let Some(config_key) = key_of_batch(&path) else {
            continue;
        };
        match fs::read(&path) {
            Ok(content) => {
                let games = content.iter().filter(|byte| **byte == b'\n').count() as u64;
                batches.push(Waiting { path, config_key, games });
            }
            // Stored since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(batches)
}

/// The config whose games are in a file of our own writer; `None` for the file of somebody else.
fn key_of_batch(path: &Path) -> Option<ConfigKey> {
    let name = path.file_name()?.to_str()?.strip_suffix(SEALED_SUFFIX)?;
    let (key, _) = name.rsplit_once('-')?;
    key.parse().ok()
}

#[cfg(test)]
mod tests;
