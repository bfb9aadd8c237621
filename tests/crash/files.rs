//! The lines that a victim leaves behind.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// One event of one emitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Item {
    /// Which emitter of which process.
    pub emitter: u64,
    /// The number of the event, counted from 0.
    pub number: u64,
}

/// Which lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// The emit returned Ok.
    Acknowledged,
    /// The first handler was begun.
    Begun,
    /// The effect that must not be doubled was made.
    Effect,
    /// The event that the first handler emits was handled.
    Followed,
    /// Another daemon, which handles several at once, has handled it.
    Beside,
    /// What is kept in a state: see [`kept`](super::kept).
    Counted,
    /// Whether an operator has disabled a daemon.
    Switched,
}

/// The folder of a victim.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

impl Folder {
    fn path(&self, lines: Lines) -> PathBuf {
        self.0.join(match lines {
            Lines::Acknowledged => "acknowledged",
            Lines::Begun => "begun",
            Lines::Effect => "effect",
            Lines::Followed => "followed",
            Lines::Beside => "beside",
            Lines::Counted => "counted",
            Lines::Switched => "switched",
        })
    }

    /// Where the store is: a folder of its own, so that it may be on a disk of its own.
    pub fn store_folder(&self) -> PathBuf {
        self.0.join("store")
    }

    /// The store.
    pub fn store(&self) -> PathBuf {
        self.store_folder().join("ringrift.db")
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// Adds a line, in one write: a kill leaves it whole or not at all.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn add(&self, lines: Lines, item: Item) -> io::Result<()> {
        let mut file = File::options().create(true).append(true).open(self.path(lines))?;
        file.write_all(format!("{} {}\n", item.emitter, item.number).as_bytes())
    }

    /// All lines, in order; none when there is no such file yet.
    ///
    /// # Errors
    /// When the file can't be read, or a line of it not be understood.
    pub fn read(&self, lines: Lines) -> io::Result<Vec<Item>> {
        let text = match fs::read_to_string(self.path(lines)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let item = |line: &str| {
            let (emitter, number) = line.split_once(' ')?;
            Some(Item { emitter: emitter.parse().ok()?, number: number.parse().ok()? })
        };
        text.lines().map(|line| item(line).ok_or_else(|| io::Error::other(format!("torn line `{line}`")))).collect()
    }

    /// How often each line is there.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn count(&self, lines: Lines) -> io::Result<HashMap<Item, u32>> {
        let mut counts = HashMap::new();
        for item in self.read(lines)? {
            *counts.entry(item).or_default() += 1;
        }
        Ok(counts)
    }
}
