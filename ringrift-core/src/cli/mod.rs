//! The command line of a program made of daemons: `run`, `list`, `show`, `check`, `graph`,
//! `status`, `events`.
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     ringrift_core::main()
//! }
//! ```
//!
//! Results go to stdout, notes and logs to stderr, so that what is piped is what was asked for.
//! Every listing has `--json`, every end an exit code of [`exit_code`], every name that there isn't
//! the nearest one that there is. A command is a function from the registry and its arguments to an
//! answer, so that tests see what people see.

mod answer;
mod args;
mod check;
mod client;
mod config;
mod declared;
mod events;
pub mod exit_code;
mod findings;
mod graph;
mod human;
mod list;
mod parse;
mod run;
mod show;
mod status;
mod table;
mod terminal;

#[cfg(test)]
mod tests;

use std::{ffi::OsString, process::ExitCode};

use self::{
    answer::Answer,
    args::{Cli, Command},
    terminal::Terminal,
};
use crate::{DaemonResult, Registry, runtime::Builder};

/// The whole `main` of a program made of daemons.
pub fn main() -> ExitCode {
    main_with(Ok)
}

/// As [`main`], for a program that gives values to `#[inject]` fields. `run` calls `configure`, and so
/// does `check`, which has to know what is provided; an error of it is reported, with its causes, and is
/// exit code 1. What is costly, or has effects, is given with
/// [`provide_with`](Builder::provide_with): only `run` makes it.
///
/// ```no_run
/// # #[derive(Clone)] struct GameDb;
/// # impl GameDb { fn open() -> std::io::Result<Self> { Ok(Self) } }
/// fn main() -> std::process::ExitCode {
///     ringrift_core::cli::main_with(|builder| Ok(builder.provide_with(GameDb::open)))
/// }
/// ```
pub fn main_with(configure: impl FnOnce(Builder) -> DaemonResult<Builder>) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let terminal = Terminal::of_stdout();
    match parse::parse(&arguments, terminal) {
        Ok(cli) => answer(&Registry::collected(), cli, configure, terminal),
        Err(answer) => answer,
    }
    .print()
}

fn answer(
    registry: &Registry,
    cli: Cli,
    configure: impl FnOnce(Builder) -> DaemonResult<Builder>,
    terminal: Terminal,
) -> Answer {
    match cli.command {
        Command::Run(args) => run::run(registry, &args, configure),
        Command::List(args) => list::list(registry, &args, terminal),
        Command::Show(args) => show::show(registry, &args),
        Command::Check(args) => check::check(registry, &args, configure),
        Command::Graph(args) => graph::graph(registry, &args),
        Command::Status(args) => status::status(&args, &cli.program, terminal),
        Command::Events(args) => events::events(registry, &args, terminal),
    }
}
