//! Log lines on stderr, and the notes of `run` among them.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, fmt};

use super::super::{
    answer::{Answer, say},
    args::{LogFormat, RunArgs},
    exit_code,
};

/// How `run` tells what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// In plain text.
    Text,
    /// As log lines: stderr is for a program, line by line.
    Log,
}

impl Voice {
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
        LogFormat::Json => Voice::Log,
    })
}

/// The flag goes before the environment.
fn filter(flag: Option<String>, variable: Option<String>) -> Result<EnvFilter, Answer> {
    let (origin, text) = match (flag, variable.filter(|text| !text.is_empty())) {
        (Some(text), _) => ("--log-level", text),
        (None, Some(text)) => ("RINGRIFT_LOG", text),
        (None, None) => ("default", "info".to_owned()),
    };
    EnvFilter::try_new(&text).map_err(|error| {
        let message = format!(
            "{origin}: `{text}` is no log filter ({error}); write a level (error, warn, info, debug, trace), or levels per target as in `info,my_app=debug`"
        );
        Answer::failure(exit_code::USAGE, message)
    })
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
        let answer = filter(None, Some("my_app=loud".into())).unwrap_err();
        assert_eq!(answer.code, USAGE);
        assert_eq!(
            answer.notes,
            "error: RINGRIFT_LOG: `my_app=loud` is no log filter (invalid filter directive); write a level (error, warn, info, debug, trace), or levels per target as in `info,my_app=debug`\n"
        );
    }
}
