//! The `ringrift` binary: the stock daemons and the command line.

use std::process::ExitCode;

use ringrift_daemons::data_folder::{DataFolder, provide};

fn main() -> ExitCode {
    ringrift_core::cli::main_with(|builder| Ok(provide(builder, DataFolder::from_env())))
}
