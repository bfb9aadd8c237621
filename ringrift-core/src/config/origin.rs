//! Where a configured value comes from.

use std::fmt;
use std::path::PathBuf;

use serde::{Serialize, Serializer};

/// The place that set a value, in the words an operator uses for it.
///
/// The order is the order of a report: files by position, then the environment,
/// then flags.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Origin {
    /// A place in a file. Line 0 stands for the file as a whole.
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
    },
    /// An environment variable.
    Env {
        /// The variable, spelt as it was found.
        variable: String,
    },
    /// A command line flag.
    Flag {
        /// The flag without its value: `--set daemons.x.threshold`, `--bind`.
        flag: String,
    },
    /// Nobody set it; the program's own default holds.
    #[default]
    Default,
}

impl Origin {
    pub(crate) fn whole_file(path: impl Into<PathBuf>) -> Self {
        Self::File { path: path.into(), line: 0, column: 0 }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: 0, .. } => write!(f, "{}", path.display()),
            Self::File { path, line, column } => {
                write!(f, "{}:{line}:{column}", path.display())
            }
            Self::Env { variable } => write!(f, "environment {variable}"),
            Self::Flag { flag } => f.write_str(flag),
            Self::Default => f.write_str("default"),
        }
    }
}

impl Serialize for Origin {
    /// Writes the text of [`Display`](fmt::Display), the one form every view shows.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    fn file(line: usize, column: usize) -> Origin {
        Origin::File { path: "ringrift.toml".into(), line, column }
    }

    fn env() -> Origin {
        Origin::Env { variable: "RINGRIFT__DAEMONS__X__THRESHOLD".into() }
    }

    fn flag() -> Origin {
        Origin::Flag { flag: "--set daemons.x.threshold".into() }
    }

    #[test]
    fn each_origin_reads_as_the_operator_wrote_it() {
        assert_eq!(file(4, 9).to_string(), "ringrift.toml:4:9");
        assert_eq!(Origin::whole_file("ringrift.toml").to_string(), "ringrift.toml");
        assert_eq!(env().to_string(), "environment RINGRIFT__DAEMONS__X__THRESHOLD");
        assert_eq!(flag().to_string(), "--set daemons.x.threshold");
        assert_eq!(Origin::Default.to_string(), "default");
    }

    #[test]
    fn sorts_by_file_position_then_environment_then_flag() {
        let mut origins = [Origin::Default, flag(), env(), file(10, 1), file(9, 8), file(9, 7)];
        origins.sort();
        assert_eq!(origins, [file(9, 7), file(9, 8), file(10, 1), env(), flag(), Origin::Default]);
    }

    #[test]
    fn serializes_as_its_text() {
        assert_eq!(serde_json::to_string(&file(4, 9)).unwrap(), "\"ringrift.toml:4:9\"");
    }
}
