mod checking;
#[cfg(unix)]
mod interrupted;
mod listing;
mod odd;
mod running;
mod status;
mod usage;

use std::ffi::OsString;

use super::{answer::Answer, parse::parse, terminal::Terminal};
use crate::{DaemonResult, Registry, declaration::graph::fixture::registry, runtime::Builder};

const EIGHTY: Terminal = Terminal { width: Some(80), is_coloured: false };

/// What `ringrift <line>` says, of the hand-made daemons.
fn ask(line: &str) -> Answer {
    ask_of(&registry(), line, EIGHTY)
}

fn ask_of(registry: &Registry, line: &str, terminal: Terminal) -> Answer {
    ask_with(registry, line, terminal, Ok)
}

fn ask_with(
    registry: &Registry,
    line: &str,
    terminal: Terminal,
    configure: impl FnOnce(Builder) -> DaemonResult<Builder>,
) -> Answer {
    let arguments: Vec<OsString> = format!("/usr/bin/ringrift {line}").split_whitespace().map(OsString::from).collect();
    match parse(&arguments, terminal) {
        Ok(cli) => super::answer(registry, cli, configure, terminal),
        Err(answer) => answer,
    }
}

#[track_caller]
fn check(line: &str, code: u8, results: &str, notes: &str) {
    let answer = ask(line);
    assert_eq!(answer.results, results, "stdout of `{line}`");
    assert_eq!(answer.notes, notes, "stderr of `{line}`");
    assert_eq!(answer.code, code, "exit code of `{line}`");
}

#[track_caller]
fn json(line: &str) -> serde_json::Value {
    let answer = ask(line);
    assert_eq!(answer.notes, "", "nothing but JSON from `{line}`");
    serde_json::from_str(&answer.results).expect(&answer.results)
}
