//! Log lines on stderr, and the notes of `run` among them.

use std::{
    io::{IsTerminal, stderr},
    panic::PanicHookInfo,
};

use tracing_subscriber::{EnvFilter, fmt};

use super::super::{
    answer::{Answer, say},
    args::{LogFormat, RunArgs},
    exit_code,
};
use crate::nearest::nearest;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// How `run` tells what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// In plain text.
    Text,
    /// As log lines: stderr is for a program, line by line.
    Log,
}

impl Voice {
    /// For people: log lines say the same one by one.
    pub(super) fn show(self, text: &str) {
        if self == Self::Text {
            self.tell(text);
        }
    }

    pub(super) fn tell(self, text: &str) {
        match self {
            Self::Text => say(&mut stderr(), &format!("{}\n", text.trim_end())),
            Self::Log => tracing::info!(target: "ringrift", note = text.trim_end(), "note"),
        }
    }
}

/// Sends log lines to stderr; a subscriber that the program has already set stays.
pub(super) fn start(args: &RunArgs) -> Result<Voice, Answer> {
    let filter = filter(args.log_level.clone(), std::env::var("RINGRIFT_LOG").ok())?;
    let is_coloured = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines = fmt().with_env_filter(filter).with_writer(stderr);
    let set = match args.log {
        LogFormat::Pretty => lines.with_ansi(is_coloured).with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if set.is_err() {
        tracing::debug!("the program has its own subscriber");
    }
    Ok(match args.log {
        LogFormat::Pretty => Voice::Text,
        LogFormat::Json => {
            std::panic::set_hook(Box::new(log_panic));
            Voice::Log
        }
    })
}

/// Where stderr is JSON, so is what a panic says; the supervisor tells what becomes of it.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    let message = panic.payload_as_str().unwrap_or("(not a text)");
    tracing::error!(location, panic = message, "a panic");
}

/// The flag goes before the environment.
fn filter(flag: Option<String>, variable: Option<String>) -> Result<EnvFilter, Answer> {
    let (origin, text) = match (flag, variable.filter(|text| !text.is_empty())) {
        (Some(text), _) => ("--log-level", text),
        (None, Some(text)) => ("RINGRIFT_LOG", text),
        (None, None) => ("default", "info".to_owned()),
    };
    let parsed = EnvFilter::try_new(&text).ok();
    match (misspelt_level(&text), parsed) {
        (None, Some(filter)) => Ok(filter),
        (misspelt, _) => {
            let hint = misspelt.and_then(|word| nearest(word, LEVELS));
            let hint = hint.map_or(String::new(), |level| format!("; did you mean `{level}`?"));
            let message = format!(
                "{origin}: `{text}` is no log filter{hint}; write a level ({}), or levels per target as in `info,my_app=debug`",
                LEVELS.join(", ")
            );
            Err(Answer::failure(exit_code::USAGE, message))
        }
    }
}

/// A word alone that is no level. `EnvFilter` takes it for a target, and `dbug` would silence all else.
fn misspelt_level(text: &str) -> Option<&str> {
    let words = text.split(',').map(str::trim).filter(|part| !part.contains(['=', '[']));
    words.into_iter().find(|word| !LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::{exit_code::USAGE, filter};

    fn text(flag: Option<&str>, variable: Option<&str>) -> String {
        let filter = filter(flag.map(str::to_owned), variable.map(str::to_owned));
        filter.unwrap().to_string()
    }

    #[test]
    fn the_flag_goes_before_the_variable_and_info_is_the_default() {
        assert_eq!(text(None, None), "info");
        assert_eq!(text(None, Some("")), "info");
        assert_eq!(text(None, Some("warn")), "warn");
        assert_eq!(text(Some("debug"), Some("warn")), "debug");
    }

    #[test]
    fn a_filter_that_is_none_is_a_usage_error_that_names_who_set_it() {
        let check = |text: &str, hint: &str| {
            let answer = filter(None, Some(text.into())).unwrap_err();
            let advice =
                "write a level (off, error, warn, info, debug, trace), or levels per target as in `info,my_app=debug`";
            let notes = format!("error: RINGRIFT_LOG: `{text}` is no log filter;{hint} {advice}\n");
            assert_eq!((answer.code, answer.notes), (USAGE, notes));
        };
        check("my_app=loud", "");
        check("dbug", " did you mean `debug`?;");
        check("my_app=debug,inof", " did you mean `info`?;");
    }
}
