//! The configuration: TOML files, then `RINGRIFT__A__B=value`, then flags.
//!
//! [`Layers`](layers::Layers) merges them into one tree in which every value
//! knows where it was set.

pub mod duration;
pub mod layers;
pub mod origin;
pub mod problem;

mod document;
mod environment;
mod merge;
mod node;
mod path;
mod secret;
mod setting;

use node::Node;
use origin::Origin;
use path::KeyPath;

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
        self.find(path)
            .map_or(Origin::Default, |node| node.origin.clone())
    }

    fn find(&self, path: &str) -> Option<&Node> {
        self.root.find(&KeyPath::parse(path)?)
    }
}
