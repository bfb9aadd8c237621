//! The options of `#[on_event]` and `#[handlers]`.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};

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
