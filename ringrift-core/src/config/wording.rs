//! The words of the messages: what was wanted, what was found, what was meant.

use serde::de::Unexpected;

use super::secret::hide_password;
use crate::nearest::nearest;

/// Longer values are cut; the place says where the rest is.
const LONGEST_SHOWN: usize = 60;

/// A value that was not wanted.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its kind, which may be told of a secret.
    pub(crate) kind: String,
    /// Itself.
    pub(crate) shown: String,
}

impl Found {
    fn new(kind: &str, shown: String) -> Self {
        Self { kind: kind.to_owned(), shown }
    }

    fn only_kind(kind: &str) -> Self {
        Self::new(kind, kind.to_owned())
    }

    pub(crate) fn items(length: usize) -> Self {
        let noun = if length == 1 { "item" } else { "items" };
        Self::only_kind(&format!("{length} {noun}"))
    }
}

impl From<Unexpected<'_>> for Found {
    fn from(found: Unexpected<'_>) -> Self {
        match found {
            Unexpected::Bool(value) => Self::new("a boolean", value.to_string()),
            Unexpected::Unsigned(value) => Self::new("a number", value.to_string()),
            Unexpected::Signed(value) => Self::new("a number", value.to_string()),
            Unexpected::Float(value) => Self::new("a number", format!("{value:?}")),
            Unexpected::Str(text) => Self::new("a string", format!("the string {}", quoted(text))),
            Unexpected::Seq => Self::only_kind("a list"),
            Unexpected::Map => Self::only_kind("a table"),
            other => Self::new("something else", other.to_string()),
        }
    }
}

fn quoted(text: &str) -> String {
    let text = hide_password(text);
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{:?}..", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Puts what a visitor expects in the words of somebody who knows TOML, not Rust.
///
/// The texts on the left are those of serde's own visitors; a text that isn't
/// among them is one that a type's author wrote for people.
pub(crate) fn wanted(expecting: &str, found: Option<&Unexpected<'_>>) -> String {
    if let Some(kind) = expecting.strip_prefix("a nonzero ") {
        let unsigned = kind.starts_with('u').then(|| whole_number(kind, 1, found)).flatten();
        return unsigned.unwrap_or_else(|| format!("{}, but not 0", wanted(kind, found)));
    }
    for tuple in ["a tuple of size ", "an array of length "] {
        if let Some(length) = expecting.strip_prefix(tuple) {
            return format!("a list of {length} items");
        }
    }
    let words = match expecting {
        "a boolean" => "true or false",
        "f32" | "f64" => "a number",
        "a sequence" => "a list",
        "a map" => "a table",
        "a character" => "a string of one character",
        "path string" => "a path in quotes, such as \"data\"",
        _ if expecting.starts_with("struct ") => "a table",
        _ => return whole_number(expecting, 0, found).unwrap_or_else(|| expecting.to_owned()),
    };
    words.to_owned()
}

/// A bound that somebody may well meet, or has just met, is told; that of 4294967295 else only tells of Rust.
fn whole_number(kind: &str, least: i128, found: Option<&Unexpected<'_>>) -> Option<String> {
    let (low, high): (i128, i128) = match kind {
        "u8" => (least, u8::MAX.into()),
        "u16" => (least, u16::MAX.into()),
        "u32" => (least, u32::MAX.into()),
        "u64" | "usize" => (least, u64::MAX.into()),
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "i64" | "isize" => (i64::MIN.into(), i64::MAX.into()),
        _ => return None,
    };
    let found: Option<i128> = match found {
        Some(Unexpected::Signed(number)) => Some((*number).into()),
        Some(Unexpected::Unsigned(number)) => Some((*number).into()),
        _ => None,
    };
    let is_met = found.is_some_and(|number| number > high || (low < 0 && number < low));
    Some(match () {
        () if is_met || high <= u16::MAX.into() => format!("a whole number from {low} to {high}"),
        () if low < 0 => "a whole number".to_owned(),
        () => format!("a whole number of at least {low}"),
    })
}

/// `` `a` ``, `` `a` or `b` ``, `` one of `a`, `b`, `c` ``.
pub(crate) fn one_of(names: &[&str]) -> String {
    match names {
        [] => "something that does not exist".to_owned(),
        [only] => format!("`{only}`"),
        [first, second] => format!("`{first}` or `{second}`"),
        _ => format!("one of {}", list(names)),
    }
}

fn list(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Says so of a value that must be one of some names.
pub(crate) fn unknown_name(name: &str, known: &[&str]) -> String {
    format!("must be {}, not {name:?}{}", one_of(known), guess(name, known))
}

/// ``; did you mean `x`?``, or nothing.
fn guess(name: &str, known: &[&str]) -> String {
    let nearest = nearest(name, known.iter().copied());
    nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}

/// Says so of a key, with the one that was meant or else all there are.
pub(crate) fn unknown_key(key: &str, known: &[&str]) -> String {
    let way_out = match (guess(key, known), known) {
        (guess, _) if !guess.is_empty() => guess,
        (_, []) => "; nothing can be set here".to_owned(),
        (_, known) => format!("; known are {}", list(known)),
    };
    format!("is not a known key{way_out}")
}

#[cfg(test)]
mod tests {
    use serde::de::Unexpected;

    use super::{Found, one_of, unknown_key, wanted};

    #[test]
    fn what_is_wanted_reads_without_knowing_rust() {
        for (expecting, words) in [
            ("u16", "a whole number from 0 to 65535"),
            ("i8", "a whole number from -128 to 127"),
            ("i64", "a whole number"),
            ("usize", "a whole number of at least 0"),
            ("a nonzero u32", "a whole number of at least 1"),
            ("a nonzero i8", "a whole number from -128 to 127, but not 0"),
            ("f64", "a number"),
            ("path string", "a path in quotes, such as \"data\""),
            ("struct QualityConfig", "a table"),
            ("a tuple of size 2", "a list of 2 items"),
            ("a port, not 0", "a port, not 0"),
        ] {
            assert_eq!(wanted(expecting, None), words);
        }
    }

    #[test]
    fn a_bound_that_nobody_knows_is_told_to_who_met_it() {
        let of_u32 = |found| wanted("u32", Some(&found));
        assert_eq!(of_u32(Unexpected::Str("many")), "a whole number of at least 0");
        assert_eq!(of_u32(Unexpected::Signed(-1)), "a whole number of at least 0");
        assert_eq!(of_u32(Unexpected::Signed(1 << 32)), "a whole number from 0 to 4294967295");
        let least = wanted("i32", Some(&Unexpected::Signed(-3_000_000_000)));
        assert_eq!(least, "a whole number from -2147483648 to 2147483647");
    }

    #[test]
    fn what_was_found_is_shown_short_and_without_passwords() {
        let shown = |found| Found::from(found).shown;
        assert_eq!(shown(Unexpected::Str("a\nb")), "the string \"a\\nb\"");
        assert_eq!(shown(Unexpected::Str("x://u:pw@h")), "the string \"x://u:***@h\"");
        let long = "ä".repeat(61);
        assert_eq!(shown(Unexpected::Str(&long)), format!("the string \"{}\"..", "ä".repeat(60)));
        assert_eq!(shown(Unexpected::Float(1.0)), "1.0");
        assert_eq!(Found::items(1).shown, "1 item");
    }

    #[test]
    fn choices_are_listed_when_nothing_is_near() {
        assert_eq!(one_of(&["a"]), "`a`");
        assert_eq!(one_of(&["a", "b"]), "`a` or `b`");
        assert_eq!(one_of(&["a", "b", "c"]), "one of `a`, `b`, `c`");
        assert_eq!(unknown_key("cylce", &["cycle"]), "is not a known key; did you mean `cycle`?");
        assert_eq!(unknown_key("xyz", &["cycle", "tz2"]), "is not a known key; known are `cycle`, `tz2`");
        assert_eq!(unknown_key("x", &[]), "is not a known key; nothing can be set here");
    }
}
