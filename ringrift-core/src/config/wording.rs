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
pub(crate) fn wanted(expecting: &str) -> String {
    if let Some(kind) = expecting.strip_prefix("a nonzero ") {
        return integer(kind, 1).unwrap_or_else(|| format!("{}, but not 0", wanted(kind)));
    }
    for tuple in ["a tuple of size ", "an array of length "] {
        if let Some(length) = expecting.strip_prefix(tuple) {
            return format!("a list of {length} items");
        }
    }
    let words = match expecting {
        "a boolean" => "true or false",
        "f32" | "f64" => "a number",
        "i64" | "isize" => "an integer",
        "a sequence" => "a list",
        "a map" => "a table",
        "a character" => "a string of one character",
        _ if expecting.starts_with("struct ") => "a table",
        _ => return integer(expecting, 0).unwrap_or_else(|| expecting.to_owned()),
    };
    words.to_owned()
}

fn integer(kind: &str, least: u64) -> Option<String> {
    let (low, high) = match kind {
        "u8" => (least.to_string(), u8::MAX.to_string()),
        "u16" => (least.to_string(), u16::MAX.to_string()),
        "u32" => (least.to_string(), u32::MAX.to_string()),
        // No file can exceed what these hold.
        "u64" | "usize" => return Some(format!("an integer of at least {least}")),
        "i8" => (i8::MIN.to_string(), i8::MAX.to_string()),
        "i16" => (i16::MIN.to_string(), i16::MAX.to_string()),
        "i32" => (i32::MIN.to_string(), i32::MAX.to_string()),
        _ => return None,
    };
    let signed_without_zero = kind.starts_with('i') && least > 0;
    (!signed_without_zero).then(|| format!("an integer from {low} to {high}"))
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

/// ``; did you mean `x`?``, or nothing.
pub(crate) fn guess(name: &str, known: &[&str]) -> String {
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
            ("u16", "an integer from 0 to 65535"),
            ("i8", "an integer from -128 to 127"),
            ("usize", "an integer of at least 0"),
            ("a nonzero u32", "an integer from 1 to 4294967295"),
            ("a nonzero u64", "an integer of at least 1"),
            ("a nonzero i8", "an integer from -128 to 127, but not 0"),
            ("f64", "a number"),
            ("struct QualityConfig", "a table"),
            ("a tuple of size 2", "a list of 2 items"),
            ("a port, not 0", "a port, not 0"),
        ] {
            assert_eq!(wanted(expecting), words);
        }
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
