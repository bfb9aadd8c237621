//! The arguments of an attribute: a leading literal, then options, `key` or `key = value`.
//!
//! They are split at commas before any value is read, so that a wrong value hides no other mistake.

pub(crate) mod calendar;
mod cron_line;
pub(crate) mod lists;
pub(crate) mod retention;
mod table;
pub(crate) mod values;
pub(crate) mod words;

use proc_macro2::{Ident, TokenStream, TokenTree};

pub(crate) use self::table::{Given, option_table};
use crate::{nearest::did_you_mean, problems::Problems};

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
    for (i, piece) in pieces(tokens, problems).into_iter().enumerate() {
        let is_name = form == Form::NameThenOptions && i == 0;
        match option(&piece) {
            Some(argument) if is_name && argument.value.is_none() && !is_known(&argument, known) => {
                arguments.first = Some(piece.into_iter().collect());
            }
            Some(argument) => admit(argument, known, &mut arguments.options, problems),
            None if i == 0 => arguments.first = Some(piece.into_iter().collect()),
            None => {
                problems.at(piece.into_iter().collect::<TokenStream>(), "expected an option, `key` or `key = value`")
            }
        }
    }
    arguments
}

/// Cuts at the commas that end an argument. A comma within a generic type doesn't.
fn pieces(tokens: TokenStream, problems: &mut Problems) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut pieces = vec![Vec::new()];
    for (i, token) in tokens.iter().enumerate() {
        let piece = pieces.last_mut().expect("there is always one");
        let ends = is_punct(Some(token), ',') && starts_argument(&tokens[i + 1..]);
        let follows_value = matches!(piece.last(), Some(TokenTree::Literal(_) | TokenTree::Group(_)));
        if ends {
            pieces.push(Vec::new());
        } else if follows_value && starts_option(&tokens[i..]) {
            problems.at(token, format!("expected `,` before `{token}`"));
            pieces.push(vec![token.clone()]);
        } else {
            piece.push(token.clone());
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn starts_argument(rest: &[TokenTree]) -> bool {
    match rest {
        [TokenTree::Ident(_), next, ..] => {
            is_punct(Some(next), ',') || is_punct(Some(next), '=') || matches!(next, TokenTree::Group(_))
        }
        _ => true,
    }
}

fn starts_option(rest: &[TokenTree]) -> bool {
    matches!(rest.first(), Some(TokenTree::Ident(_))) && is_punct(rest.get(1), '=')
}

fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// `key`, `key = value`, or the slips `key(value)` and `key value`, which are reported as a value
/// of the wrong form.
fn option(piece: &[TokenTree]) -> Option<Argument> {
    let (TokenTree::Ident(key), rest) = piece.split_first()? else {
        return None;
    };
    let value = match rest.split_first() {
        None => None,
        Some((equals, value)) if is_punct(Some(equals), '=') => Some(value.iter().cloned().collect()),
        Some(_) => Some(piece.iter().cloned().collect()),
    };
    Some(Argument { key: key.clone(), value })
}

fn is_known(argument: &Argument, known: &[&str]) -> bool {
    known.contains(&argument.key.to_string().as_str())
}

/// Takes an option if it is known and new.
fn admit(argument: Argument, known: &[&str], all: &mut Vec<Argument>, problems: &mut Problems) {
    let key = argument.key.to_string();
    if !is_known(&argument, known) {
        let known: Vec<&str> = known.iter().filter(|name| !LATER.contains(name)).copied().collect();
        let hint = did_you_mean(&key, known.iter().copied())
            .unwrap_or_else(|| format!("; the known ones are {}", known.join(", ")));
        problems.at(&argument.key, format!("unknown option `{key}`{hint}"));
        return;
    }
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

fn written(argument: &Argument) -> String {
    match &argument.value {
        Some(value) => format!("`{value}`"),
        None => format!("`{}`", argument.key),
    }
}
