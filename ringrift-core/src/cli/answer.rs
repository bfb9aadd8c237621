//! What a command says: results for stdout, notes for stderr, and how it ended.
//!
//! Commands return it, and only here is anything printed, so that every command can be tested whole.

use std::{
    fmt::Display,
    io::{ErrorKind, Result, Write, stderr, stdout},
    process::ExitCode,
};

use serde::Serialize;

use super::exit_code;
use crate::delivery::guard::chain;

/// The whole of what a command says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) results: String,
    pub(super) notes: String,
    pub(super) code: u8,
}

impl Answer {
    pub(super) fn results(results: impl Into<String>) -> Self {
        Self { results: results.into(), ..Self::default() }
    }

    pub(super) fn json(value: &impl Serialize) -> Self {
        let json = serde_json::to_string_pretty(value).expect("what is listed is always JSON");
        Self::results(json + "\n")
    }

    /// The error with its causes, which are said once and here.
    pub(super) fn error(code: u8, error: &(dyn std::error::Error + 'static)) -> Self {
        Self::failure(code, chain(error, |text| text))
    }

    pub(super) fn failure(code: u8, message: impl Display) -> Self {
        Self::default().note(format_args!("error: {message}")).code(code)
    }

    pub(super) fn note(mut self, note: impl Display) -> Self {
        self.notes.push_str(&format!("{note}\n"));
        self
    }

    pub(super) fn code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    pub(super) fn print(self) -> ExitCode {
        say(&mut stdout(), &self.results);
        say(&mut stderr(), &self.notes);
        ExitCode::from(self.code)
    }
}

/// Writes at once; a reader that has gone away (`ringrift list | head`) is no error.
pub(super) fn say(to: &mut impl Write, text: &str) {
    let written: Result<()> = to.write_all(text.as_bytes()).and_then(|()| to.flush());
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        tracing::warn!(%error, "output not written");
    }
}

/// The refusal of a name that there isn't.
pub(super) fn unknown(kind: &str, name: &str, nearest: Option<&str>, known: &[&str]) -> Answer {
    let hint = match nearest {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None if known.is_empty() => "; there is none".to_owned(),
        None => format!("; there are: {}", known.join(", ")),
    };
    Answer::failure(exit_code::USAGE, format_args!("no {kind} is called `{name}`{hint}"))
}
