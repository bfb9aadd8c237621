//! What is wrong with a configuration: one problem, and all of them together.

use std::fmt;

use serde::Serialize;

use super::origin::Origin;

/// One thing an operator must change.
///
/// Displays as ``ringrift.toml:4:9: `daemons.x.port` must be ..``. The order is
/// the order of a report: by origin, then by path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Where the offending key or value stands.
    pub origin: Origin,
    /// The key, dotted; empty if the problem is not about one key.
    pub path: String,
    /// What is wrong and the way out, to be read after the path.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A default has no place that a reader could go to.
        if self.origin != Origin::Default {
            write!(f, "{}: ", self.origin)?;
        }
        if !self.path.is_empty() {
            write!(f, "`{}` ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// Every problem of a configuration, in order and without repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    /// The problems, sorted by origin and path.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Vec<Problem>> for ConfigError {
    /// Sorts, and keeps one of equal problems: two sections may meet the same one.
    fn from(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        Self { problems }
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        write!(f, "{count} {noun} in the configuration")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{ConfigError, Problem};
    use crate::config::origin::Origin;

    fn problem(line: usize, path: &str) -> Problem {
        Problem {
            origin: Origin::File { path: "ringrift.toml".into(), line, column: 9 },
            path: path.into(),
            message: "is not a known key".into(),
        }
    }

    #[test]
    fn reads_as_place_then_key_then_message() {
        assert_eq!(
            problem(4, "daemons.x.treshold").to_string(),
            "ringrift.toml:4:9: `daemons.x.treshold` is not a known key"
        );
    }

    #[test]
    fn leaves_out_the_place_and_the_key_it_does_not_have() {
        let problem = Problem { origin: Origin::Default, path: String::new(), message: "nothing is configured".into() };
        assert_eq!(problem.to_string(), "nothing is configured");
    }

    #[test]
    fn an_error_counts_sorts_and_never_repeats() {
        let error = ConfigError::from(vec![problem(9, "b"), problem(4, "b"), problem(4, "a"), problem(9, "b")]);
        assert_eq!(
            error.to_string(),
            "3 problems in the configuration\n  \
             ringrift.toml:4:9: `a` is not a known key\n  \
             ringrift.toml:4:9: `b` is not a known key\n  \
             ringrift.toml:9:9: `b` is not a known key"
        );
        assert_eq!(error.problems().len(), 3);
    }

    #[test]
    fn one_problem_is_counted_in_the_singular() {
        let error = ConfigError::from(vec![problem(4, "a")]);
        assert_eq!(error.to_string(), "1 problem in the configuration\n  ringrift.toml:4:9: `a` is not a known key");
    }
}
