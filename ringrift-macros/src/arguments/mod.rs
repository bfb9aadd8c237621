//! The arguments of an attribute: a leading literal, then options, `key` or `key = value`.
//!
//! They are split at commas before any value is read, so that a wrong value hides no other mistake.

pub(crate) mod calendar;
mod cron_line;
pub(crate) mod lists;
mod meant;
mod pieces;
pub(crate) mod retention;
pub(crate) mod section;
mod table;
pub(crate) mod values;
pub(crate) mod words;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;

use self::pieces::{cut, is_path, is_punct};
pub(crate) use self::table::{Given, option_table};
use crate::{
    names::type_name,
    nearest::{did_you_mean, nearest},
    problems::Problems,
};

/// Known, to be refused: see [`values::later`].
const LATER: [&str; 2] = ["scope", "version"];

/// One option as it was written.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) key: Ident,
    /// What stands after `=`.
    pub(crate) value: Option<TokenStream>,
}

impl Argument {
    /// Where a wrong or missing value is reported.
    pub(crate) fn place(&self) -> TokenStream {
        match &self.value {
            Some(value) if !value.is_empty() => value.clone(),
            _ => TokenTree::from(self.key.clone()).into(),
        }
    }
}

/// The arguments of one attribute.
#[derive(Default)]
pub(crate) struct Arguments {
    /// What is no option and stands first: the name of an event.
    pub(crate) first: Option<TokenStream>,
    pub(crate) options: Vec<Argument>,
    /// The known options that misspelt ones were probably meant to be.
    pub(crate) meant: Vec<String>,
}

/// What an attribute takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `key = value, ..`
    Options,
    /// `"NAME", key = value, ..`
    NameThenOptions,
}

/// Splits the arguments of an attribute; `known` are its options.
pub(crate) fn split(tokens: TokenStream, form: Form, known: &[&str], problems: &mut Problems) -> Arguments {
    let mut arguments = Arguments::default();
    for (i, piece) in cut(tokens, known, problems).into_iter().enumerate() {
        let may_be_name = form == Form::NameThenOptions && arguments.first.is_none();
        if let Some(key) = compound_key(&piece) {
            unknown(&key, &key.to_string().replace(' ', ""), known, &mut arguments, problems);
            continue;
        }
        match option(&piece, known, problems) {
            Some(argument) if may_be_name && i == 0 && argument.value.is_none() && !is_known(&argument, known) => {
                arguments.first = Some(piece.into_iter().collect());
            }
            Some(argument) if may_be_name && argument.key == "name" && argument.value.is_some() => {
                let name = argument.value.unwrap_or_default();
                problems.at(&argument.key, format!("the name stands first, and alone; write `{name}`"));
                arguments.first = Some(name);
            }
            Some(argument) => admit(argument, known, &mut arguments, problems),
            None if i == 0 => arguments.first = Some(piece.into_iter().collect()),
            None if may_be_name && matches!(*piece, [TokenTree::Literal(_)]) => {
                problems.at(&piece[0], "the name stands first, before the options");
                arguments.first = Some(piece.into_iter().collect());
            }
            None => {
                problems.at(piece.into_iter().collect::<TokenStream>(), "expected an option, `key` or `key = value`")
            }
        }
    }
    arguments
}

/// `key`, `key = value`, and the slips in place of the `=`; `key(value)` is a value of the wrong form.
fn option(piece: &[TokenTree], known: &[&str], problems: &mut Problems) -> Option<Argument> {
    let (TokenTree::Ident(key), rest) = piece.split_first()? else {
        return None;
    };
    let given = |value: &[TokenTree]| Some(value.iter().cloned().collect());
    let value = match rest {
        [] => None,
        _ if is_path(rest) => return None,
        [TokenTree::Group(inside)] if inside.delimiter() == Delimiter::Parenthesis => given(piece),
        _ => {
            let (wrong, value) = equals(rest);
            let is_known = known.contains(&key.to_string().as_str());
            match wrong {
                Some(wrong) if !wrong.is_empty() && !value.is_empty() => {
                    let wrong: TokenStream = wrong.iter().cloned().collect();
                    problems.at(&wrong, format!("expected `=` after `{key}`, not `{}`", type_name(&wrong)));
                }
                Some([]) if is_known => problems.at(&rest[0], format!("expected `=` after `{key}`")),
                _ => {}
            }
            given(value)
        }
    };
    Some(Argument { key: key.clone(), value })
}

/// What stands in the place of the `=`, unless it is one, and what follows.
fn equals(rest: &[TokenTree]) -> (Option<&[TokenTree]>, &[TokenTree]) {
    match rest {
        [first, second, value @ ..] if is_punct(first, '=') && (is_punct(second, '=') || is_punct(second, '>')) => {
            (Some(&rest[..2]), value)
        }
        [first, value @ ..] if is_punct(first, '=') => (None, value),
        [first, value @ ..] if is_punct(first, ':') || is_punct(first, ';') => (Some(&rest[..1]), value),
        _ => (Some(&[]), rest),
    }
}

fn is_known(argument: &Argument, known: &[&str]) -> bool {
    known.contains(&argument.key.to_string().as_str())
}

/// Takes an option if it is known and new.
fn admit(argument: Argument, known: &[&str], arguments: &mut Arguments, problems: &mut Problems) {
    let key = argument.key.to_string();
    if !is_known(&argument, known) {
        unknown(&argument.key, &key, known, arguments, problems);
        return;
    }
    let all = &mut arguments.options;
    if let Some(first) = all.iter().find(|other| other.key == argument.key) {
        let message = match (written(first), written(&argument)) {
            (first, second) if first == second => {
                format!("option `{key}` is given twice; keep one")
            }
            (first, second) => {
                format!("option `{key}` is given twice, as {first} and as {second}; keep one")
            }
        };
        problems.at(&argument.key, message);
        return;
    }
    all.push(argument);
}

fn unknown(place: impl ToTokens, key: &str, known: &[&str], arguments: &mut Arguments, problems: &mut Problems) {
    let known: Vec<&str> = known.iter().filter(|name| !LATER.contains(name)).copied().collect();
    let hint = did_you_mean(key, known.iter().copied())
        .unwrap_or_else(|| format!("; the known ones are {}", known.join(", ")));
    arguments.meant.extend(nearest(key, known).map(str::to_owned));
    problems.at(place, format!("unknown option `{key}`{hint}"));
}

/// A key such as `stall-after`, which is no Rust name.
fn compound_key(piece: &[TokenTree]) -> Option<TokenStream> {
    let is_part = |pair: &[TokenTree]| matches!(pair, [TokenTree::Punct(joint), TokenTree::Ident(_)] if matches!(joint.as_char(), '-' | '.'));
    let parts = piece.get(1..)?.chunks(2).take_while(|pair| is_part(pair)).count();
    (parts > 0).then(|| piece[..=2 * parts].iter().cloned().collect())
}

fn written(argument: &Argument) -> String {
    match &argument.value {
        Some(value) => format!("`{value}`"),
        None => format!("`{}`", argument.key),
    }
}
