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

use super::{Argument, meant::meant_element, pieces::cut, values::read_duration};
use crate::{names::type_name, problems::Problems};

/// The elements of `[a, b]`, without their commas.
fn elements<T: Parse>(argument: &Argument, example: &str, problems: &mut Problems) -> Option<Vec<TokenStream>> {
    let value: Vec<TokenTree> = argument.value.clone().unwrap_or_default().into_iter().collect();
    match value.as_slice() {
        [TokenTree::Group(list)] if list.delimiter() == Delimiter::Bracket => Some(at_commas(list.stream(), problems)),
        _ => {
            let bare = match value.as_slice() {
                [TokenTree::Group(list)] | [TokenTree::Punct(_), TokenTree::Group(list)] => list.stream(),
                _ => value.into_iter().collect(),
            };
            let meant: Option<Vec<String>> =
                at_commas(bare, &mut Problems::default()).iter().map(|element| own_or_meant::<T>(element)).collect();
            let meant = meant.filter(|names| !names.is_empty()).map(|names| names.join(", "));
            let key = &argument.key;
            problems.at(argument.place(), format!("write `{key} = [{}]`", meant.as_deref().unwrap_or(example)));
            None
        }
    }
}

fn own_or_meant<T: Parse>(element: &TokenStream) -> Option<String> {
    match parse2::<T>(element.clone()) {
        Ok(_) => Some(type_name(element)),
        Err(_) => meant_element::<T>(element),
    }
}

fn at_commas(tokens: TokenStream, problems: &mut Problems) -> Vec<TokenStream> {
    cut(tokens, &[], problems).into_iter().map(|element| element.into_iter().collect()).collect()
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
    for element in elements::<T>(argument, example, problems)? {
        let Ok(parsed) = parse2::<T>(element.clone()) else {
            let (key, text) = (&argument.key, type_name(&element));
            let way_out = meant_element::<T>(&element).unwrap_or_else(|| format!("{key} = [{example}]"));
            problems.at(&element, format!("`{text}` is not {what}; write `{way_out}`"));
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

/// `profiles = ["a", "b"]`.
pub(crate) fn profiles(argument: &Argument, problems: &mut Problems) -> Option<Vec<LitStr>> {
    let without = "the daemon is in every profile, and with `default_off` it runs only when it is asked for";
    some_names(argument, "name", without, problems)
}

/// `dedup_key = ["field"]`.
pub(crate) fn fields(argument: &Argument, problems: &mut Problems) -> Option<Vec<LitStr>> {
    some_names(argument, "field", "all fields count", problems)
}

fn some_names(argument: &Argument, what: &str, without: &str, problems: &mut Problems) -> Option<Vec<LitStr>> {
    let before = problems.count();
    let names = names(argument, problems)?;
    if names.is_empty() && problems.count() == before {
        let message = format!("`{}` needs at least one {what}; without the option, {without}", argument.key);
        problems.at(argument.place(), message);
    }
    Some(names).filter(|names| !names.is_empty())
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
