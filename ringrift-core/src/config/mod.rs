//! The configuration: TOML files, then `RINGRIFT__A__B=value`, then flags.
//!
//! [`Layers`](layers::Layers) merges them into one tree in which every value
//! knows where it was set. Each part of a program then reads its own section into
//! its own type, and what is wrong is reported **all at once**, each with its
//! place and the way out:
//!
//! ```
//! use ringrift_core::config::layers::Layers;
//! use ringrift_core::config::problem::ConfigError;
//!
//! #[derive(Debug, serde::Deserialize)]
//! #[serde(default)]
//! struct Quality { threshold: f64, max_alerts: u32 }
//! impl Default for Quality {
//!     fn default() -> Self { Self { threshold: 0.6, max_alerts: 10 } }
//! }
//!
//! let toml = "[daemons.quality]\ntreshold = 0.5\nmax_alerts = -1\n";
//! let config = Layers::default().text("ringrift.toml", toml).build().unwrap();
//! let problems = config.section::<Quality>("daemons.quality").unwrap_err();
//! assert_eq!(
//!     ConfigError::from(problems).to_string(),
//!     "2 problems in the configuration
//!   ringrift.toml:2:1: `daemons.quality.treshold` is not a known key; did you mean `threshold`?
//!   ringrift.toml:3:14: `daemons.quality.max_alerts` must be a whole number of at least 0, not -1"
//! );
//! ```
//!
//! A file is taken strictly: `"80"` is no number. Text of the environment and of
//! flags becomes what the field wants; where the field doesn't say (`untagged` and
//! internally tagged enums, `flatten`), it becomes what it looks like. Those three
//! of serde's features also keep unknown keys and places from us, so a section
//! should do without them. A TOML date is read as a string.

pub mod duration;
pub mod layers;
pub mod listing;
pub mod origin;
pub mod problem;

mod adapt;
mod cursor;
mod document;
mod enum_cursor;
mod environment;
mod failure;
mod filler;
mod list_cursor;
mod merge;
mod node;
mod path;
mod recovery;
mod secret;
mod section;
mod setting;
mod table_cursor;
mod wording;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::de::DeserializeOwned;

use listing::Entry;
use node::{Node, Table};
use origin::Origin;
use path::KeyPath;
use problem::Problem;

/// The tables of a configuration; what belongs to a program is below one of them.
pub(crate) const SECTIONS: [&str; 2] = ["runtime", "daemons"];

/// The merged configuration.
///
/// Paths are dotted keys, `daemons.quality_monitor`; the empty path is all of it.
pub struct Config {
    root: Node,
}

impl Config {
    pub(crate) fn new(root: Node) -> Self {
        Self { root }
    }

    /// Where the value or table at `path` was set.
    pub fn origin(&self, path: &str) -> Origin {
        self.find(path).map_or(Origin::Default, |node| node.origin.clone())
    }

    /// Every value that was set, with its origin, sorted by path; secrets masked.
    pub fn entries(&self) -> Vec<Entry> {
        listing::entries(&self.root)
    }

    /// Reads the table at `path` into `T`; an absent one as an empty one.
    ///
    /// # Errors
    /// All unknown keys, wrong values and missing fields, sorted.
    pub fn section<T: DeserializeOwned>(&self, path: &str) -> Result<T, Vec<Problem>> {
        self.section_without(path, &[])
    }

    /// Reads the table at `path` but for some keys, which belong to others.
    ///
    /// `[daemons.x.options]` is the runtime's, the rest of `[daemons.x]` is x's.
    ///
    /// # Errors
    /// As [`section`](Self::section).
    pub fn section_without<T: DeserializeOwned>(&self, path: &str, without: &[&str]) -> Result<T, Vec<Problem>> {
        match KeyPath::parse(path) {
            Some(keys) => section::read(&self.root, &keys, without),
            None => Err(vec![self.problem(path, "names no section: a key in it is empty")]),
        }
    }

    /// Reads the table at `path` as if what is wrong in it were not there, and tells that: one mistake is
    /// to hide no other. For a type that has a default for every field.
    pub(crate) fn readable<T: DeserializeOwned + Default>(&self, path: &str) -> (T, Vec<Problem>) {
        let keys = KeyPath::parse(path).unwrap_or_default();
        let (value, problems) = section::read_what_can_be(&self.root, &keys, &[]);
        (value.unwrap_or_default(), problems)
    }

    /// The names of the tables in the table at `path`, and where they are.
    pub fn subsections(&self, path: &str) -> Vec<(String, Origin)> {
        let tables = self.table(path).filter(|(_, node)| node.as_table().is_some());
        tables.map(|(key, node)| (key.clone(), node.origin.clone())).collect()
    }

    /// Whether nothing is set at that path; looks without building it, for hundreds of daemons of which
    /// few are configured.
    pub(crate) fn is_silent_on(&self, keys: &[&str]) -> bool {
        let mut node = &self.root;
        for key in keys {
            match node.as_table().map(|table| table.get(*key)) {
                Some(Some(next)) => node = next,
                Some(None) => return true,
                // A single value where a table belongs: whoever reads it says so.
                None => return false,
            }
        }
        false
    }

    /// A problem for every key in the table at `path` that is not in `known`.
    pub fn unknown_children(&self, path: &str, known: &[&str]) -> Vec<Problem> {
        let parent = KeyPath::parse(path).unwrap_or_default();
        let unknown = self.table(path).filter(|(key, _)| !known.contains(&key.as_str()));
        let problems = unknown.map(|(key, node)| Problem {
            origin: node.key_origin.clone(),
            path: parent.key(key).to_string(),
            message: wording::unknown_key(key, known),
        });
        let mut problems: Vec<Problem> = problems.collect();
        problems.sort();
        problems
    }

    /// A problem with the value at `path`, for checks that a type can't make.
    ///
    /// The message is read after the path: "must be at least 1".
    pub fn problem(&self, path: &str, message: impl Into<String>) -> Problem {
        let keys = KeyPath::parse(path).unwrap_or_default();
        let origin = self.root.find_nearest(&keys).origin.clone();
        Problem { origin, path: path.to_owned(), message: message.into() }
    }

    /// A problem with the value at `path` if it is not one of the known names.
    pub(crate) fn unknown_name(&self, path: &str, name: &str, known: &[&str]) -> Option<Problem> {
        let problem = || self.problem(path, wording::unknown_name(name, known));
        (!known.contains(&name)).then(problem)
    }

    fn find(&self, path: &str) -> Option<&Node> {
        self.root.find(&KeyPath::parse(path)?)
    }

    fn table<'a>(&'a self, path: &str) -> impl Iterator<Item = (&'a String, &'a Node)> {
        self.find(path).and_then(Node::as_table).into_iter().flat_map(Table::iter)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new(Node::empty_table())
    }
}

impl fmt::Debug for Config {
    /// Shows the [`entries`](Config::entries), so that secrets stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries()).finish()
    }
}
