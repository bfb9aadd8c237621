//! Options whose value is a list, or a pair.

use std::{collections::HashSet, time::Duration};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Lit, LitStr, Path, Token,
    parse::{Parse, Parser},
    parse2,
    punctuated::Punctuated,
};

use super::{Argument, values::read_duration};
use crate::{names::type_name, problems::Problems};

/// The elements of `[a, b]`, without their commas.
fn elements(argument: &Argument, example: &str, problems: &mut Problems) -> Option<Vec<TokenStream>> {
    let mut tokens = argument.value.clone().unwrap_or_default().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(list)), None) if list.delimiter() == Delimiter::Bracket => {
            Some(at_commas(list.stream()))
        }
        _ => {
            problems.at(argument.place(), format!("write `{} = [{example}]`", argument.key));
            None
        }
    }
}

fn at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut all = vec![TokenStream::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => all.push(TokenStream::new()),
            _ => all.last_mut().expect("there is always one").extend([token]),
        }
    }
    all.retain(|element| !element.is_empty());
    all
}

/// The elements that parse; the others, and those that come twice, are noted.
fn read<T: Parse + ToTokens>(
    argument: &Argument,
    example: &str,
    what: &str,
    problems: &mut Problems,
) -> Option<Vec<T>> {
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    for element in elements(argument, example, problems)? {
        let Ok(parsed) = parse2::<T>(element.clone()) else {
            problems.at(&element, format!("`{element}` is not {what}; write `{} = [{example}]`", argument.key));
            continue;
        };
        let text = type_name(&parsed);
        if seen.insert(text.clone()) {
            all.push(parsed);
        } else {
            let text = text.trim_matches('"');
            problems.at(&parsed, format!("`{text}` is in `{}` twice; keep one", argument.key));
        }
    }
    Some(all)
}

/// `[Daemon, other::Daemon]`.
pub(crate) fn daemons(argument: &Argument, problems: &mut Problems) -> Option<Vec<Path>> {
    read(argument, "Daemon, other::Daemon", "the path of a daemon", problems)
}

/// `[Event, other::Event]`.
pub(crate) fn events(argument: &Argument, problems: &mut Problems) -> Option<Vec<Path>> {
    read(argument, "Event, other::Event", "the path of an event", problems)
}

/// `["a", "b"]`.
pub(crate) fn names(argument: &Argument, problems: &mut Problems) -> Option<Vec<LitStr>> {
    let names: Vec<LitStr> = read(argument, "\"a\", \"b\"", "a name in quotes", problems)?;
    for name in &names {
        let text = name.value();
        if text.is_empty() || text.contains(char::is_whitespace) {
            problems.at(name, format!("a name in `{}` is not empty and has no spaces", argument.key));
        }
    }
    Some(names)
}

/// `("1s", "60s")`.
pub(crate) fn backoff(argument: &Argument, problems: &mut Problems) -> Option<(Duration, Duration)> {
    let parse = |content: TokenStream| Punctuated::<Lit, Token![,]>::parse_terminated.parse2(content);
    let mut tokens = argument.value.clone().unwrap_or_default().into_iter();
    let pair = match tokens.next() {
        Some(TokenTree::Group(pair)) if tokens.next().is_none() => parse(pair.stream()).ok(),
        _ => None,
    };
    let literals: Vec<Lit> = pair.into_iter().flatten().collect();
    let [first, cap] = literals.as_slice() else {
        problems.at(argument.place(), "write `backoff = (\"1s\", \"60s\")`: the first delay, and the longest");
        return None;
    };
    let key = argument.key.to_string();
    let delays = (read_duration(first, &key, problems), read_duration(cap, &key, problems));
    let (Some(from), Some(to)) = delays else {
        return None;
    };
    if from.is_zero() {
        problems.at(first, "the first delay of `backoff` must be longer than zero");
        return None;
    }
    if from > to {
        problems.at(argument.place(), "the first delay of `backoff` is longer than the longest; swap the two");
        return None;
    }
    Some((from, to))
}
