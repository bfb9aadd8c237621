//! The layers of a configuration: files, environment, flags.

use std::path::PathBuf;

use super::Config;
use super::document::parse_document;
use super::environment;
use super::merge::merge;
use super::node::{Node, Table, Value};
use super::origin::Origin;
use super::path::KeyPath;
use super::problem::Problem;
use super::setting::Setting;

/// Collects the layers and merges them into a [`Config`].
///
/// The environment wins over files and flags win over both, in whatever order
/// they are given; among files, and among flags, the later one wins. Nothing is
/// read before [`build`](Self::build), which reports everything at once.
///
/// ```
/// use ringrift_core::config::layers::Layers;
/// use ringrift_core::config::problem::ConfigError;
///
/// let config = Layers::default()
///     .text("ringrift.toml", "[http]\nport = 8790\nhost = 'localhost'")
///     .env([("RINGRIFT__HTTP__PORT".into(), "8791".into())])
///     .set("http.host", "example.org", "--host")
///     .build()
///     .map_err(ConfigError::from)?;
/// assert_eq!(config.origin("http.port").to_string(), "environment RINGRIFT__HTTP__PORT");
/// assert_eq!(config.origin("http.host").to_string(), "--host");
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Default)]
pub struct Layers {
    documents: Vec<Document>,
    variables: Vec<(String, String)>,
    flags: Vec<Flag>,
}

struct Document {
    path: PathBuf,
    /// `None` if it is to be read from the path.
    text: Option<String>,
}

struct Flag {
    path: String,
    text: String,
    flag: String,
}

impl Layers {
    /// Adds a TOML file, which must exist.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.documents.push(Document { path: path.into(), text: None });
        self
    }

    /// Adds TOML text as if it had been read from the file `name`.
    #[must_use]
    pub fn text(mut self, name: impl Into<PathBuf>, toml: impl Into<String>) -> Self {
        self.documents.push(Document { path: name.into(), text: Some(toml.into()) });
        self
    }

    /// Adds the variables `RINGRIFT__A__B`, which set `a.b`; others are ignored, but for one like
    /// `RINGRIFT_DAEMONS__A`, which was meant to set a key.
    ///
    /// Give it `std::env::vars()`. Names are taken in lower case, so a key with a
    /// capital can't be set here. The text becomes what the reader of the key
    /// wants: `80` a number or a string, `["a", "b"]` a list.
    #[must_use]
    pub fn env(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// Sets the key at `path` to text, which is adapted like a variable's.
    ///
    /// `flag` is what the user typed, without the value: `--set http.port`.
    #[must_use]
    pub fn set(mut self, path: impl Into<String>, text: impl Into<String>, flag: impl Into<String>) -> Self {
        self.flags.push(Flag { path: path.into(), text: text.into(), flag: flag.into() });
        self
    }

    /// Reads and merges all layers.
    ///
    /// # Errors
    /// Every file that can't be read, every syntax error, every variable and
    /// flag that names no key or contradicts another layer; sorted.
    pub fn build(self) -> Result<Config, Vec<Problem>> {
        let mut merged = Merged::default();
        for document in self.documents {
            merged.add_document(document);
        }
        let (settings, problems) = environment::settings(self.variables);
        merged.problems.extend(problems);
        for setting in settings {
            merged.add(setting.into_tree());
        }
        for flag in self.flags {
            merged.add_flag(flag);
        }
        merged.finish()
    }
}

#[derive(Default)]
struct Merged {
    origin: Origin,
    tree: Table,
    problems: Vec<Problem>,
}

impl Merged {
    fn add(&mut self, upper: Table) {
        merge(&mut self.tree, upper, &KeyPath::default(), &mut self.problems);
    }

    fn add_document(&mut self, document: Document) {
        let text = document.text.map_or_else(|| std::fs::read_to_string(&document.path), Ok);
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                let origin = Origin::whole_file(document.path);
                return self.report(origin, format!("cannot be read: {error}"));
            }
        };
        let (node, problems) = parse_document(&document.path, &text);
        self.problems.extend(problems);
        if self.origin == Origin::Default {
            self.origin = node.origin;
        }
        if let Value::Table(table) = node.value {
            self.add(table);
        }
    }

    fn add_flag(&mut self, flag: Flag) {
        let origin = Origin::Flag { flag: flag.flag };
        match KeyPath::parse(&flag.path) {
            Some(path) if path != KeyPath::default() => {
                self.add(Setting { path, text: flag.text, origin }.into_tree());
            }
            _ => {
                let message = format!("`{}` names no key; write it as `section.key`", flag.path);
                self.report(origin, message);
            }
        }
    }

    fn report(&mut self, origin: Origin, message: String) {
        self.problems.push(Problem { origin, path: String::new(), message });
    }

    fn finish(mut self) -> Result<Config, Vec<Problem>> {
        self.problems.sort();
        if self.problems.is_empty() {
            Ok(Config::new(Node::new(self.origin, Value::Table(self.tree))))
        } else {
            Err(self.problems)
        }
    }
}
