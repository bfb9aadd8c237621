//! The options of `#[on_event]` and `#[handlers]`.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use syn::{Lit, parse2};

use crate::{
    arguments::{Argument, option_table, values, words},
    problems::Problems,
};

option_table! {
    /// What `#[handlers(..)]` says.
    HandlersOptions {
        "crate" => krate: TokenStream = values::krate;
    }
}

option_table! {
    /// What `#[on_event("NAME", ..)]` says after the name.
    OnEventOptions {
        "dedup" => dedup: Duration = window;
        "timeout" => timeout: Duration = values::duration;
        "from" => from: Ident = words::from;
        "breaker" => breaker: Option<u32> = breaker;
    }
}

/// The window of a bare `dedup`, the guide's.
const DEDUP_WINDOW: Duration = Duration::from_secs(5 * 60);

fn window(argument: &Argument, problems: &mut Problems) -> Option<Duration> {
    match argument.value {
        None => Some(DEDUP_WINDOW),
        Some(_) => values::duration(argument, problems),
    }
}

/// As many dead letters are kept in all.
const MAX_BREAKER: u32 = 10_000;

/// `breaker = n`, `breaker = "off"`.
fn breaker(argument: &Argument, problems: &mut Problems) -> Option<Option<u32>> {
    let literal = argument.value.clone().and_then(|value| parse2::<Lit>(value).ok());
    match literal {
        Some(Lit::Str(text)) if text.value() == "off" => return Some(None),
        Some(Lit::Int(number)) => match number.base10_parse::<u32>() {
            Ok(limit @ 1..=MAX_BREAKER) => return Some(Some(limit)),
            _ => problems.at(
                &number,
                format!("`breaker` must be from 1 to {MAX_BREAKER} dead letters a minute; without a limit write `breaker = \"off\"`"),
            ),
        },
        _ => problems.at(argument.place(), "write `breaker = 100`, or `breaker = \"off\"`"),
    }
    None
}
