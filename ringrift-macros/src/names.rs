//! How names are written: daemons in snake case, events in upper snake case, types as in the source.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

/// A type or path as people write it: `Arc<dyn Fn(u8) + Send>`, not `Arc < dyn Fn (u8) + Send >`.
pub(crate) fn type_name(ty: &impl ToTokens) -> String {
    let spaced = ty.to_token_stream().to_string();
    let words: Vec<&str> = spaced.split(' ').collect();
    let mut text = words[0].to_owned();
    for pair in words.windows(2) {
        let (last, next) = (pair[0], pair[1]);
        let is_lifetime = last.starts_with('\'') && next.starts_with(['[', '(']);
        let joins_words = is_lifetime || last.ends_with(ends_word) && next.starts_with(is_word);
        let is_spaced =
            last.ends_with("->") || last.ends_with([',', ';', '+', '=']) || next.starts_with(['+', '=', '-']);
        if joins_words || is_spaced {
            text.push(' ');
        }
        text.push_str(next);
    }
    text
}

fn ends_word(c: char) -> bool {
    is_word(c) || c == '>' || c == ')'
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '\''
}

/// A type where `Self`, which is `own`, means nothing.
pub(crate) fn without_self(ty: &Type, own: &impl ToTokens) -> Type {
    syn::parse2(renamed(ty.to_token_stream(), &own.to_token_stream())).unwrap_or_else(|_| ty.clone())
}

fn renamed(tokens: TokenStream, own: &TokenStream) -> TokenStream {
    let rename = |token| match token {
        TokenTree::Ident(this) if this == "Self" => moved(own, this.span()),
        TokenTree::Group(group) => {
            let mut inside = Group::new(group.delimiter(), renamed(group.stream(), own));
            inside.set_span(group.span());
            TokenTree::from(inside).into()
        }
        other => other.into(),
    };
    tokens.into_iter().map(rename).collect()
}

fn moved(tokens: &TokenStream, place: Span) -> TokenStream {
    let moved = tokens.clone().into_iter().map(|mut token| {
        token.set_span(place);
        token
    });
    moved.collect()
}

/// `QualityMonitor` as `quality_monitor`, `HTTPServer` as `http_server`, `S3Sync` as `s3_sync`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.trim_start_matches("r#").chars().collect();
    let mut snake = String::new();
    let mut after_lower = false;
    for (i, &letter) in letters.iter().enumerate() {
        let before_lower = letters.get(i + 1).is_some_and(|next| next.is_lowercase());
        let is_start = letter.is_uppercase() && (after_lower || before_lower);
        if is_start && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
        // A digit belongs to the letters before it.
        if letter.is_alphabetic() {
            after_lower = letter.is_lowercase();
        }
    }
    snake
}

/// `LowQualityData` as `LOW_QUALITY_DATA`, and anything else as near to that as can be.
pub(crate) fn upper_snake_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> =
        words.filter(|word| !word.is_empty()).map(|word| snake_case(word).to_uppercase()).collect();
    words.join("_")
}

/// `LOW_QUALITY_DATA` as `LowQualityData`, and anything else as near to that as can be.
pub(crate) fn upper_camel_case(name: &str) -> String {
    let upper = upper_snake_case(name);
    let words = upper.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().into_iter().chain(letters.flat_map(char::to_lowercase)).collect::<String>()
    });
    words.collect()
}

/// Whether it is `lower_snake_case`: letters, digits and single underscores, a letter first.
pub(crate) fn is_snake_case(name: &str) -> bool {
    is_snake(name, |c| c.is_ascii_lowercase())
}

/// Whether it is `UPPER_SNAKE_CASE`.
pub(crate) fn is_upper_snake_case(name: &str) -> bool {
    is_snake(name, |c| c.is_ascii_uppercase())
}

fn is_snake(name: &str, is_letter: impl Fn(char) -> bool) -> bool {
    name.starts_with(&is_letter)
        && !name.ends_with('_')
        && !name.contains("__")
        && name.chars().all(|c| is_letter(c) || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::{is_snake_case, is_upper_snake_case, snake_case, type_name, upper_camel_case, upper_snake_case};

    #[test]
    fn types_are_written_as_people_do() {
        for text in [
            "Arc<dyn for<'a> Fn(&'a [u8; 4]) -> &'a u8 + Send>",
            "<a::B as Iterator>::Item",
            "(&'static mut str, *const u8)",
            "impl Iterator<Item = fn(u8) -> ()>",
            "Vec<Option<u8>>",
        ] {
            let ty: syn::Type = syn::parse_str(text).expect("it is a type");
            assert_eq!(type_name(&ty), text);
        }
    }

    #[test]
    fn struct_names_become_daemon_names() {
        let check = |name, expected: &str| assert_eq!(snake_case(name), expected);
        check("QualityMonitor", "quality_monitor");
        check("HTTPServer", "http_server");
        check("S3Sync", "s3_sync");
        check("P2PBackend", "p2p_backend");
        check("Hex8Board", "hex8_board");
        check("Already_Snake", "already_snake");
        check("r#Gen", "gen");
    }

    #[test]
    fn anything_becomes_an_event_name() {
        assert_eq!(upper_snake_case("LowQualityData"), "LOW_QUALITY_DATA");
        assert_eq!(upper_snake_case("low-quality data"), "LOW_QUALITY_DATA");
    }

    #[test]
    fn anything_becomes_the_name_of_a_type() {
        assert_eq!(upper_camel_case("LOW_QUALITY_DATA"), "LowQualityData");
        assert_eq!(upper_camel_case("s3_sync"), "S3Sync");
        assert_eq!(upper_camel_case("low-quality data"), "LowQualityData");
    }

    #[test]
    fn knows_the_two_cases() {
        assert!(is_snake_case("s3_sync") && is_upper_snake_case("S3_SYNC"));
        for wrong in ["", "3s", "_a", "a_", "a__b", "a-b", "A"] {
            assert!(!is_snake_case(wrong), "{wrong}");
        }
    }
}
