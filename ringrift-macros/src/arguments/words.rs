//! Options whose value is one of a few words; each becomes a variant of an enum of `ringrift_core`.

use proc_macro2::{Ident, Span};
use syn::{LitStr, parse2};

use super::Argument;
use crate::{nearest::did_you_mean, problems::Problems};

/// The words of one option, and the variants they stand for.
type Words = &'static [(&'static str, &'static str)];

const CATEGORIES: Words = &[
    ("sync", "Sync"),
    ("event", "Event"),
    ("health", "Health"),
    ("pipeline", "Pipeline"),
    ("evaluation", "Evaluation"),
    ("distribution", "Distribution"),
    ("resource", "Resource"),
    ("provider", "Provider"),
    ("queue", "Queue"),
    ("feedback", "Feedback"),
    ("recovery", "Recovery"),
    ("misc", "Misc"),
];
const RESTARTS: Words = &[("on_failure", "OnFailure"), ("always", "Always"), ("never", "Never")];
const EXHAUSTED: Words = &[("fail", "Fail"), ("escalate", "Escalate"), ("retry_slow", "RetrySlow")];
const UNHEALTHY: Words = &[("report", "Report"), ("restart", "Restart")];
const OVERFLOWS: Words = &[("block", "Block"), ("drop_oldest", "DropOldest"), ("drop_newest", "DropNewest")];
const FROM: Words = &[("oldest", "Oldest")];
const KINDS: Words = &[("service", "Service"), ("task", "Task")];

/// `category = ".."`.
pub(crate) fn category(argument: &Argument, problems: &mut Problems) -> Option<Ident> {
    word(argument, CATEGORIES, problems)
}

/// `restart = ".."`.
pub(crate) fn restart(argument: &Argument, problems: &mut Problems) -> Option<Ident> {
    word(argument, RESTARTS, problems)
}

/// `on_exhausted = ".."`.
pub(crate) fn on_exhausted(argument: &Argument, problems: &mut Problems) -> Option<Ident> {
    word(argument, EXHAUSTED, problems)
}

/// `on_unhealthy = ".."`.
pub(crate) fn on_unhealthy(argument: &Argument, problems: &mut Problems) -> Option<Ident> {
    word(argument, UNHEALTHY, problems)
}

/// `overflow = ".."`.
pub(crate) fn overflow(argument: &Argument, problems: &mut Problems) -> Option<Ident> {
    word(argument, OVERFLOWS, problems)
}

/// `from = ".."`.
pub(crate) fn from(argument: &Argument, problems: &mut Problems) -> Option<Ident> {
    word(argument, FROM, problems)
}

/// `kind = ".."`.
pub(crate) fn kind(argument: &Argument, problems: &mut Problems) -> Option<Ident> {
    word(argument, KINDS, problems)
}

/// All categories, for the message about a missing one.
pub(crate) fn category_list() -> String {
    list(CATEGORIES)
}

fn list(words: Words) -> String {
    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    words.join(", ")
}

/// What it can be.
fn choice(words: Words) -> String {
    match words {
        [(only, _)] => format!("it is `{only}`"),
        _ => format!("it is one of {}", list(words)),
    }
}

fn word(argument: &Argument, words: Words, problems: &mut Problems) -> Option<Ident> {
    let key = &argument.key;
    let value = argument.value.clone().unwrap_or_default();
    let Ok(literal) = parse2::<LitStr>(value.clone()) else {
        let written = value.to_string();
        let is_written = |(word, _): &&(&str, &str)| words.len() == 1 || *word == written;
        let message = match words.iter().find(is_written) {
            Some((word, _)) => format!("write `{key} = \"{word}\"`"),
            None => format!("write `{key} = \"{}\"`; {}", words[0].0, choice(words)),
        };
        problems.at(argument.place(), message);
        return None;
    };
    let written = literal.value();
    if let Some((_, variant)) = words.iter().find(|(word, _)| *word == written) {
        return Some(Ident::new(variant, Span::call_site()));
    }
    let hint =
        did_you_mean(&written, words.iter().map(|(word, _)| *word)).unwrap_or_else(|| format!("; {}", choice(words)));
    problems.at(&literal, format!("unknown {key} `{written}`{hint}"));
    None
}
