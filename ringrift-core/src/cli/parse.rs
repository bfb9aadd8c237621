//! From what was typed to a [`Cli`]; help and usage errors are answers like any other.

use std::{ffi::OsString, path::Path};

use clap::{ColorChoice, Command as Clap, CommandFactory, FromArgMatches, error::ErrorKind};

use super::{answer::Answer, args::Cli, terminal::Terminal};

/// Reads the arguments, the first of which names the program.
pub(super) fn parse(arguments: &[OsString], terminal: Terminal) -> Result<Cli, Answer> {
    let program = arguments.first().map_or("ringrift".into(), program);
    let matches = command(&program, terminal).try_get_matches_from(arguments);
    matches
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map(|cli| Cli { program, ..cli })
        .map_err(|error| answer(&error, terminal))
}

fn program(first: &OsString) -> String {
    let name = Path::new(first).file_stem();
    name.map_or("ringrift".into(), |name| name.to_string_lossy().into_owned())
}

fn command(program: &str, terminal: Terminal) -> Clap {
    let color = if terminal.is_coloured { ColorChoice::Always } else { ColorChoice::Never };
    let mut command = Cli::command().color(color);
    if let Some(width) = terminal.width {
        command = command.term_width(width.into());
    }
    let names: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |it| named(it, program));
    }
    named(command, program).display_name(program).bin_name(program)
}

/// Puts the program's name into the examples.
fn named(command: Clap, program: &str) -> Clap {
    let examples = command.get_after_help().map(ToString::to_string);
    match examples {
        Some(text) => command.after_help(text.replace("PROGRAM", program)),
        None => command,
    }
}

fn answer(error: &clap::Error, terminal: Terminal) -> Answer {
    let text = error.render();
    let text = if terminal.is_coloured { text.ansi().to_string() } else { text.to_string() };
    let code = u8::try_from(error.exit_code()).unwrap_or(super::exit_code::USAGE);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Answer::results(text),
        _ => Answer { notes: text, code, ..Answer::default() },
    }
}
