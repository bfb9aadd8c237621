//! Which values must not be shown.
//!
//! Guessed from the key, and rather too often than too seldom: a hidden
//! `token_count` costs a look into the file, a shown token costs the token.

use std::borrow::Cow;

use super::path::{KeyPath, Step};

/// What is shown instead of a secret.
pub(crate) const MASK: &str = "***";

const WORDS: [&str; 6] = ["password", "passwd", "passphrase", "token", "secret", "credential"];

/// Whether the value at `path` is a secret, by its own key or its table's.
///
/// Above the key only a table that is named for its secrets counts (`[secrets]`):
/// the settings of a daemon called `token_refresher` are to be seen.
pub(crate) fn is_secret(path: &KeyPath) -> bool {
    let keys = path.steps().iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.to_lowercase()),
        Step::Index(_) => None,
    });
    let mut keys: Vec<String> = keys.collect();
    let own = keys.pop();
    own.is_some_and(|key| key_looks_secret(&key)) || keys.iter().any(|key| names_secrets(key))
}

fn key_looks_secret(key: &str) -> bool {
    let ends_in_key = key == "key" || ["_key", "-key", "apikey"].iter().any(|end| key.ends_with(end));
    ends_in_key || WORDS.iter().any(|word| key.contains(word))
}

fn names_secrets(table: &str) -> bool {
    let singular = table.strip_suffix('s').unwrap_or(table);
    WORDS.contains(&singular)
}

/// Hides the password of an address such as `postgres://user:password@host`.
pub(crate) fn hide_password(text: &str) -> Cow<'_, str> {
    password_range(text)
        .map_or(Cow::Borrowed(text), |(start, end)| Cow::Owned(format!("{}{MASK}{}", &text[..start], &text[end..])))
}

fn password_range(text: &str) -> Option<(usize, usize)> {
    let authority = text.find("://")? + "://".len();
    let rest = &text[authority..];
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let at = rest[..host_end].rfind('@')?;
    let colon = rest[..at].find(':')?;
    Some((authority + colon + 1, authority + at))
}

#[cfg(test)]
mod tests {
    use super::{KeyPath, hide_password, is_secret};

    #[test]
    fn keys_that_look_secret_are_secret() {
        for path in [
            "password",
            "http.token",
            "db.db_password",
            "auth.clientSecret",
            "s3.access_key",
            "s3.apikey",
            "key",
            "store.credentials",
            "secrets.db",
            "tokens.a.b",
            "tls.private-key",
        ] {
            assert!(is_secret(&KeyPath::parse(path).unwrap()), "{path}");
        }
    }

    #[test]
    fn other_keys_and_daemons_named_for_secrets_are_shown() {
        for path in ["port", "daemons.token_refresher.cycle", "monkey", "keys_file", "daemons.x.keyboard"] {
            assert!(!is_secret(&KeyPath::parse(path).unwrap()), "{path}");
        }
    }

    #[test]
    fn items_of_a_secret_list_are_secret() {
        assert!(is_secret(&KeyPath::parse("http.tokens").unwrap().index(1)));
    }

    #[test]
    fn the_password_of_an_address_is_hidden() {
        for (text, shown) in [
            ("postgres://me:hunter2@host/db", "postgres://me:***@host/db"),
            ("nats://:p@ss@host", "nats://:***@host"),
            ("http://host:8080/a@b:c", "http://host:8080/a@b:c"),
            ("plain", "plain"),
        ] {
            assert_eq!(hide_password(text), shown);
        }
    }
}
