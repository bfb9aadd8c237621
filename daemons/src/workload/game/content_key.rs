//! What makes two records the same game.
//!
//! The same game turns up in several files: copied, merged, re-exported with another number or
//! another time. It is known by what was played, so its key is the SHA-256 of board, players,
//! winner and moves, written as JSON in one way only: keys sorted, no blanks, and a whole number
//! without a fraction however it was spelt. Not RFC 8785, which sorts by UTF-16: nobody else has to
//! compute this key.

use std::fmt;

use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

use super::record::GameRecord;

/// The identity of a game, whoever wrote it down and when.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentKey([u8; 32]);

impl ContentKey {
    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentKey({self})")
    }
}

impl GameRecord {
    /// Computes the game's identity from its board, players, winner and moves.
    pub fn content_key(&self) -> ContentKey {
        let mut text = String::new();
        let winner = self.winner.map_or(Value::Null, Value::from);
        text.push_str("{\"board_type\":");
        push_text(&mut text, &self.board_type);
        text.push_str(",\"moves\":");
        push_all(&mut text, &self.moves);
        text.push_str(",\"num_players\":");
        push(&mut text, &self.num_players.into());
        text.push_str(",\"winner\":");
        push(&mut text, &winner);
        text.push('}');
        ContentKey(Sha256::digest(text).into())
    }
}

fn push(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&canonical(number)),
        Value::String(value) => push_text(text, value),
        Value::Array(items) => push_all(text, items),
        Value::Object(fields) => {
            // Sorted here, because a feature of serde_json keeps the order of the file instead and
            // any crate in the build may switch it on.
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (index, (key, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                push_text(text, key);
                text.push(':');
                push(text, value);
            }
            text.push('}');
        }
    }
}

fn push_all(text: &mut String, items: &[Value]) {
    text.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        push(text, item);
    }
    text.push(']');
}

fn push_text(text: &mut String, value: &str) {
    text.push_str(&Value::from(value).to_string());
}

/// Writes `3.0` as `3`; beyond 2^53 not every whole number is a float, so those stay as they are.
fn canonical(number: &Number) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < EXACT => (value as i64).to_string(),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(record: Value) -> String {
        let record: GameRecord = serde_json::from_value(record).unwrap();
        record.content_key().to_string()
    }

    fn game() -> Value {
        json!({
            "board_type": "square8", "num_players": 2, "winner": 1,
            "moves": [{"type": "place_ring", "player": 1, "to": {"x": 3, "y": 4}}],
        })
    }

    #[test]
    fn the_key_is_the_hash_of_the_canonical_text() {
        let text = r#"{"board_type":"square8","moves":[{"player":1,"to":{"x":3,"y":4},"type":"place_ring"}],"num_players":2,"winner":1}"#;
        let hash = ContentKey(Sha256::digest(text).into());
        assert_eq!(key(game()), hash.to_string());
    }

    #[test]
    fn what_was_not_played_does_not_change_the_key() {
        let mut other = game();
        for (field, value) in [
            ("game_id", json!(99)),
            ("timestamp", json!("2026-01-01T00:00:00")),
            ("game_time_seconds", json!(3.25)),
            ("status", json!("abandoned")),
            ("model", json!("v2")),
        ] {
            other[field] = value;
        }
        assert_eq!(key(other), key(game()));
    }

    #[test]
    fn the_order_of_keys_and_the_spelling_of_numbers_do_not_change_the_key() {
        let line = r#"{"winner":1,"moves":[{"to":{"y":4.0,"x":3e0},"type":"place_ring","player":1}],"num_players":2,"board_type":"square8"}"#;
        assert_eq!(key(serde_json::from_str(line).unwrap()), key(game()));
    }

    #[test]
    fn every_part_that_was_played_changes_the_key() {
        let mut keys = vec![key(game())];
        for (pointer, value) in [
            ("/board_type", json!("square19")),
            ("/num_players", json!(3)),
            ("/winner", json!(2)),
            ("/winner", Value::Null),
            ("/moves", json!([])),
            ("/moves/0/player", json!("1")),
            ("/moves/0/to/x", json!(3.5)),
            ("/moves/0/to", json!([3, 4])),
        ] {
            let mut other = game();
            *other.pointer_mut(pointer).unwrap() = value;
            keys.push(key(other));
        }
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn minus_zero_is_zero_and_large_numbers_keep_their_digits() {
        let number = |text: &str| canonical(&serde_json::from_str(text).unwrap());
        assert_eq!(number("-0.0"), "0");
        assert_eq!(number("18446744073709551615"), "18446744073709551615");
        assert_eq!(number("-2.0"), "-2");
        assert_ne!(number("0.5"), number("1.5"));
    }
}
