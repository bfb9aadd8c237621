//! Cuts the arguments of an attribute, and the elements of a list, where they end; also where a slip
//! stands in the place of the comma.

use proc_macro2::{Spacing, TokenTree};

use crate::problems::Problems;

/// Words that stand before another word in a type.
const BEFORE_A_WORD: [&str; 6] = ["as", "const", "dyn", "fn", "impl", "mut"];

/// What stands between two pieces.
enum Boundary {
    Comma,
    Semicolon,
    Nothing,
}

/// Cuts into pieces that are not empty. `known` are the names of options; a list has none.
pub(super) fn cut(
    tokens: impl IntoIterator<Item = TokenTree>,
    known: &[&str],
    problems: &mut Problems,
) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut pieces = vec![Vec::new()];
    for (i, token) in tokens.iter().enumerate() {
        let piece = pieces.last_mut().expect("there is always one");
        match boundary(piece, &tokens[i..], known) {
            None => piece.push(token.clone()),
            Some(Boundary::Nothing) => {
                problems.at(token, format!("expected `,` before `{token}`"));
                pieces.push(vec![token.clone()]);
            }
            Some(Boundary::Semicolon) => {
                problems.at(token, "expected `,`, not `;`");
                pieces.push(Vec::new());
            }
            Some(Boundary::Comma) => {
                if piece.is_empty() {
                    problems.at(token, "there is nothing before this `,`; remove it");
                }
                pieces.push(Vec::new());
            }
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn boundary(piece: &[TokenTree], rest: &[TokenTree], known: &[&str]) -> Option<Boundary> {
    let (token, after) = rest.split_first()?;
    if is_punct(token, ',') {
        let goes_on = is_in_angles(piece) || is_in_pipes(piece) || is_list_without_brackets(piece, after, known);
        return (!goes_on).then_some(Boundary::Comma);
    }
    if is_punct(token, ';') {
        let is_for_equals = matches!(piece, [TokenTree::Ident(_)]) && !after.is_empty() && !starts_option(after, known);
        return (known.is_empty() || !is_for_equals).then_some(Boundary::Semicolon);
    }
    lacks_comma(piece, rest, known).then_some(Boundary::Nothing)
}

/// Whether a comma is missing between a piece and the next token.
fn lacks_comma(piece: &[TokenTree], rest: &[TokenTree], known: &[&str]) -> bool {
    let is_list = known.is_empty();
    match (piece.last(), &rest[0]) {
        (Some(TokenTree::Literal(_) | TokenTree::Group(_)), TokenTree::Ident(_)) => true,
        (Some(TokenTree::Literal(_)), TokenTree::Literal(_)) => is_list,
        (Some(TokenTree::Ident(last)), TokenTree::Ident(_)) => {
            !BEFORE_A_WORD.contains(&last.to_string().as_str()) && (is_list || starts_option(rest, known))
        }
        (Some(TokenTree::Punct(last)), TokenTree::Ident(_)) => {
            last.as_char() == '>' && !is_in_angles(piece) && starts_option(rest, known)
        }
        _ => false,
    }
}

/// `known`, `key =`, `key:`.
fn starts_option(rest: &[TokenTree], known: &[&str]) -> bool {
    let [TokenTree::Ident(key), after @ ..] = rest else {
        return false;
    };
    let is_given = after.first().is_some_and(|token| is_punct(token, '=') || is_punct(token, ':') && !is_path(after));
    is_given || known.contains(&key.to_string().as_str())
}

/// Whether a `<` of a type is open.
fn is_in_angles(piece: &[TokenTree]) -> bool {
    let mut depth = 0_i32;
    for (i, token) in piece.iter().enumerate() {
        let is_arrow = i > 0 && (is_punct(&piece[i - 1], '-') || is_punct(&piece[i - 1], '='));
        depth += i32::from(is_punct(token, '<')) - i32::from(is_punct(token, '>') && !is_arrow);
    }
    depth > 0
}

/// Whether the `|` of a closure, which no option takes, is open.
fn is_in_pipes(piece: &[TokenTree]) -> bool {
    piece.iter().filter(|token| is_punct(token, '|')).count() % 2 == 1
}

/// `depends_on = A, B`: the names of types are no options, so the comma is one of the list.
fn is_list_without_brackets(piece: &[TokenTree], after: &[TokenTree], known: &[&str]) -> bool {
    let has_names = matches!((piece.first(), piece.last()), (Some(TokenTree::Ident(_)), Some(TokenTree::Ident(_))));
    let is_type =
        matches!(after.first(), Some(TokenTree::Ident(next)) if next.to_string().starts_with(char::is_uppercase));
    piece.len() > 2 && has_names && is_type && !starts_option(after, known)
}

pub(super) fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}

/// Whether a `::` is next.
pub(super) fn is_path(rest: &[TokenTree]) -> bool {
    matches!(rest, [TokenTree::Punct(first), second, ..]
        if first.as_char() == ':' && first.spacing() == Spacing::Joint && is_punct(second, ':'))
}
