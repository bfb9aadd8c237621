//! Readers of single values. Each says what to write when the value has the wrong form.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Lit, LitBool, LitInt, LitStr, Path, Type, parse::Parse, parse2};

use super::Argument;
use crate::{names::is_snake_case, names::snake_case, problems::Problems};

/// Parses the value, or says what was expected.
fn parse<T: Parse>(argument: &Argument, example: &str, problems: &mut Problems) -> Option<T> {
    let value = argument.value.clone().unwrap_or_default();
    let parsed = parse2(value).ok();
    if parsed.is_none() {
        let key = &argument.key;
        problems.at(argument.place(), format!("write `{key} = {example}`"));
    }
    parsed
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
    let text: LitStr = parse(argument, "\"..\"", problems)?;
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
    let number: LitInt = parse(argument, "8", problems)?;
    match number.base10_parse::<u32>() {
        Ok(0) => problems.at(&number, format!("`{}` must be at least 1", argument.key)),
        Ok(count) => return Some(count),
        Err(_) => problems.at(&number, format!("`{}` must be from 1 to {}", argument.key, u32::MAX)),
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
    let literal: Lit = parse(argument, "\"5m\"", problems)?;
    read_duration(&literal, &argument.key.to_string(), problems)
}

/// Reads a duration as `ringrift_core::config` does.
pub(super) fn read_duration(literal: &Lit, key: &str, problems: &mut Problems) -> Option<Duration> {
    match literal {
        Lit::Str(text) => {
            let duration = humantime::parse_duration(&text.value());
            if duration.is_err() {
                let message = format!(
                    "`{}` is not a duration; write a number with a unit, as in \"60s\", \"5m\" or \"1h 30m\"",
                    text.value()
                );
                problems.at(text, message);
            }
            duration.ok()
        }
        Lit::Int(_) | Lit::Float(_) => {
            let number = literal.to_token_stream();
            problems.at(literal, format!("a duration has a unit; for seconds write \"{number}s\""));
            None
        }
        _ => {
            problems.at(literal, format!("write `{key} = \"5m\"`"));
            None
        }
    }
}

/// An option that only a later version has.
pub(crate) fn later(argument: &Argument, problems: &mut Problems) -> Option<()> {
    let message = format!("`{}` comes with a later version of ringrift; remove it", argument.key);
    problems.at(&argument.key, message);
    None
}
