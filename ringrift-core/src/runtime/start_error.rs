//! Why a runtime does not start.

use std::{fmt, io};

use thiserror::Error;

use super::selection::SelectionError;
#[cfg(feature = "store")]
use crate::store::error::OpenError;
use crate::{
    config::problem::ConfigError,
    declaration::{live::provided::NotMade, wiring::WiringProblem},
    delivery::guard::{BoxError, chain},
    words::daemon_type::DaemonType,
};

/// Why a runtime did not start. Nothing of it runs.
///
/// Its `Debug` is its message with all causes, because that is what a `main` that returns it prints.
#[derive(Error)]
pub enum StartError {
    /// The wiring is wrong.
    #[error("the wiring is wrong{}", list(.0))]
    Wiring(Vec<WiringProblem>),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nobody provides values that `#[inject]` fields need.
    #[error("nobody provides what `#[inject]` fields need; add `.provide(value)` to the builder (of `Runtime::builder()` or `cli::main_with`){}", list(.0))]
    NotProvided(Vec<String>),
    /// A value given with [`Builder::provide_with`](super::Builder::provide_with) can't be made.
    #[error("the `{type_name}` that is to be provided can't be made")]
    NotMade {
        /// Its type.
        type_name: &'static str,
        /// Why.
        source: BoxError,
    },
    /// What was selected does not exist.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// There is no place for the store of a test.
    #[cfg(all(feature = "store", feature = "testing"))]
    #[error("the temporary data folder of a test can't be made")]
    DataDir(#[source] io::Error),
    /// The store of the data folder can't be opened.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Store(#[from] OpenError),
    /// There are durable events, and no folder to keep them in.
    #[cfg(feature = "store")]
    #[error(
        "there are durable events, and neither `data_dir` nor `$HOME` says where to keep them; set `[runtime] data_dir`"
    )]
    NoDataDir,
    /// The watchdog's thread can't be started.
    #[error("the watchdog thread can't be started")]
    Watchdog(#[source] io::Error),
    /// With `strict`: the first daemon whose start failed. All others have been stopped again.
    #[error("daemon `{daemon}` did not start: {cause}")]
    FailedStart {
        /// Which daemon.
        daemon: DaemonType,
        /// Why.
        cause: String,
    },
    /// The runtime of tokio ends.
    #[error("the tokio runtime ends, and starts nothing more")]
    Cancelled,
    /// More than one of them.
    #[error("{}", list(.0).trim_start())]
    Several(Vec<StartError>),
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self, |text| text))
    }
}

impl From<Vec<StartError>> for StartError {
    fn from(mut errors: Vec<StartError>) -> Self {
        match errors.len() {
            1 => errors.remove(0),
            _ => Self::Several(errors),
        }
    }
}

impl From<NotMade> for StartError {
    fn from(NotMade { type_name, error }: NotMade) -> Self {
        Self::NotMade { type_name, source: error }
    }
}

fn list(lines: &[impl ToString]) -> String {
    lines.iter().map(|line| format!("\n{}", line.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_main_that_returns_it_printed_its_fields() {
        let error = StartError::NotMade { type_name: "GameDb", source: "there is no file".into() };
        assert_eq!(format!("{error:?}"), "the `GameDb` that is to be provided can't be made: there is no file");
    }
}
