//! Readers of single values. Each says what to write when the value has the wrong form.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Lit, LitBool, LitInt, LitStr, Path, Type, parse::Parse, parse2};

use super::{Argument, meant::meant};
use crate::{
    names::{is_snake_case, snake_case},
    problems::Problems,
};

/// Parses the value, or says what was expected.
fn parse<T: Parse>(argument: &Argument, example: &str, problems: &mut Problems) -> Option<T> {
    let value = argument.value.clone().unwrap_or_default();
    let parsed = parse2(value).ok();
    if parsed.is_none() {
        let key = &argument.key;
        let meant = argument.value.as_ref().and_then(meant::<T>);
        problems.at(argument.place(), format!("write `{key} = {}`", meant.as_deref().unwrap_or(example)));
    }
    parsed
}

/// A value that people give to this option.
fn example(argument: &Argument) -> &'static str {
    match argument.key.to_string().as_str() {
        "mailbox" => "1024",
        "max_restarts" => "5",
        "concurrency" => "8",
        "tz" => "\"Europe/Berlin\"",
        "deprecated" => "\"use another_daemon\"",
        _ => "\"..\"",
    }
}

/// `key`, `key = true`, `key = false`.
pub(crate) fn flag(argument: &Argument, problems: &mut Problems) -> Option<bool> {
    let Some(value) = argument.value.clone() else {
        return Some(true);
    };
    match parse2::<LitBool>(value) {
        Ok(flag) => Some(flag.value),
        Err(_) => {
            let key = &argument.key;
            problems.at(argument.place(), format!("write `{key}` alone, or `{key} = true` or `{key} = false`"));
            None
        }
    }
}

/// `key = true`, `key = false`.
pub(crate) fn boolean(argument: &Argument, problems: &mut Problems) -> Option<bool> {
    parse::<LitBool>(argument, "false", problems).map(|flag| flag.value)
}

/// Text that says something.
pub(crate) fn text(argument: &Argument, problems: &mut Problems) -> Option<LitStr> {
    let text: LitStr = parse(argument, example(argument), problems)?;
    if text.value().trim().is_empty() {
        problems.at(&text, format!("`{}` must not be empty", argument.key));
        return None;
    }
    Some(text)
}

/// The name of a daemon.
pub(crate) fn daemon_name(argument: &Argument, problems: &mut Problems) -> Option<String> {
    let name = text(argument, problems)?;
    if !is_snake_case(&name.value()) {
        let message = format!(
            "a daemon's name is in lower snake case; write `{}`",
            snake_case(&name.value().replace(['-', ' ', '.'], "_"))
        );
        problems.at(&name, message);
        return None;
    }
    Some(name.value())
}

/// A number from 1.
pub(crate) fn count(argument: &Argument, problems: &mut Problems) -> Option<u32> {
    let number: LitInt = parse(argument, example(argument), problems)?;
    let is_positive = number.base10_digits().chars().any(|digit| ('1'..='9').contains(&digit));
    match number.base10_parse::<u32>() {
        Ok(count) if is_positive => return Some(count),
        Err(_) if is_positive && !number.base10_digits().starts_with('-') => {
            problems.at(&number, format!("`{}` must be at most {}", argument.key, u32::MAX));
        }
        _ => problems.at(argument.place(), format!("`{}` must be at least 1", argument.key)),
    }
    None
}

/// The number of restarts: none is said by another option.
pub(crate) fn restarts(argument: &Argument, problems: &mut Problems) -> Option<u32> {
    if argument.place().to_string() == "0" {
        problems.at(
            argument.place(),
            "`max_restarts` must be at least 1; a daemon that is never restarted has `restart = \"never\"`",
        );
        return None;
    }
    count(argument, problems)
}

/// A path to a function.
pub(crate) fn path(argument: &Argument, problems: &mut Problems) -> Option<Path> {
    parse(argument, "path::to::function", problems)
}

/// The path of the crate `ringrift_core`.
pub(crate) fn krate(argument: &Argument, problems: &mut Problems) -> Option<TokenStream> {
    let value = argument.value.clone().unwrap_or_default();
    match syn::parse::Parser::parse2(Path::parse_mod_style, value) {
        Ok(path) => Some(path.into_token_stream()),
        Err(_) => {
            problems.at(argument.place(), "write `crate = path::to::ringrift_core`");
            None
        }
    }
}

/// A type.
pub(crate) fn ty(argument: &Argument, problems: &mut Problems) -> Option<Type> {
    parse(argument, "Type", problems)
}

/// A duration longer than nothing.
pub(crate) fn duration(argument: &Argument, problems: &mut Problems) -> Option<Duration> {
    let duration = any_duration(argument, problems)?;
    if duration.is_zero() {
        problems.at(argument.place(), format!("`{}` must be longer than zero", argument.key));
        return None;
    }
    Some(duration)
}

/// A duration, zero included.
pub(crate) fn any_duration(argument: &Argument, problems: &mut Problems) -> Option<Duration> {
    let (key, value) = (argument.key.to_string(), argument.value.clone().unwrap_or_default());
    match parse2(value.clone()) {
        Ok(literal) => read_duration(&literal, &key, problems),
        Err(_) => {
            problems.at(argument.place(), in_quotes(&key, &value));
            None
        }
    }
}

/// As in `ringrift_core::config`: no clock can be told a time that is much further away.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Reads a duration as `ringrift_core::config` does.
pub(super) fn read_duration(literal: &Lit, key: &str, problems: &mut Problems) -> Option<Duration> {
    match literal {
        Lit::Str(text) => {
            let duration = match humantime::parse_duration(&text.value()) {
                Ok(duration) if duration > LONGEST => Err(too_long(&text.value())),
                read => read.map_err(|error| no_duration(&text.value(), &error)),
            };
            duration.map_err(|problem| problems.at(text, problem)).ok()
        }
        Lit::Int(number) if !number.suffix().is_empty() => {
            problems.at(literal, in_quotes(key, &literal.to_token_stream()));
            None
        }
        Lit::Int(_) | Lit::Float(_) => {
            let number = literal.to_token_stream();
            problems.at(literal, format!("a duration has a unit; for seconds write \"{number}s\""));
            None
        }
        _ => {
            problems.at(literal, in_quotes(key, &TokenStream::new()));
            None
        }
    }
}

/// What to write, with the user's own duration if it is one.
fn in_quotes(key: &str, written: &TokenStream) -> String {
    let written = Some(written.to_string()).filter(|text| humantime::parse_duration(text).is_ok());
    format!("write `{key} = \"{}\"`", written.as_deref().unwrap_or("5m"))
}

fn too_long(text: &str) -> String {
    format!("`{text}` is too long to be counted; write 100 years at most")
}

fn no_duration(text: &str, error: &humantime::DurationError) -> String {
    use humantime::DurationError::{NumberOverflow, UnknownUnit};
    let way_out = "write a number with a unit, as in \"60s\", \"5m\" or \"1h 30m\"";
    match error {
        NumberOverflow if text.contains('.') => format!("`{text}` is too long, or finer than a nanosecond"),
        NumberOverflow => too_long(text),
        UnknownUnit { unit, value, .. } if unit.is_empty() => {
            let place = if value.to_string() == text { String::new() } else { format!(" in `{text}`") };
            format!("`{value}`{place} has no unit; {way_out}")
        }
        UnknownUnit { unit, .. } => {
            format!("`{unit}` in `{text}` is no unit of time; the units are `ms`, `s`, `m`, `h`, `d` and `w`")
        }
        _ => format!("`{text}` is not a duration; {way_out}"),
    }
}

/// An option that only a later version has.
pub(crate) fn later(argument: &Argument, problems: &mut Problems) -> Option<()> {
    let message = format!("`{}` comes with a later version of ringrift; remove it", argument.key);
    problems.at(&argument.key, message);
    None
}
