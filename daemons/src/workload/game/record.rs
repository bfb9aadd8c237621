//! The fields of a game record, as they stand in the line.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A game as it was written down, which may still contradict itself.
///
/// Numbers are wide and signed here, so that an absurd one is a named problem of the game and not
/// a decoding error. [`super::checked::Game`] is the record whose parts agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "a JSON object")]
pub struct GameRecord {
    /// Which game it was for its writer: a number in RingRift's files. Not unique across files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game_id: Option<GameId>,
    /// The board's name, `hex7`.
    pub board_type: String,
    /// How many played.
    pub num_players: i64,
    /// The number of the player who won, from 1; `null` in a game that nobody won. A record
    /// without this field is none.
    #[serde(deserialize_with = "required")]
    pub winner: Option<i64>,
    /// How many moves the writer counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub move_count: Option<u64>,
    /// How the game ended, `completed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// How it was won, `connection` in Hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub victory_type: Option<String>,
    /// The moves in order; their form is the game's own.
    pub moves: Vec<Value>,
    /// When the game was written, ISO 8601; without a zone in RingRift's files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// How long it took to play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game_time_seconds: Option<f64>,
    /// Every other field of the line, kept as it is.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Names a game within one writer's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum GameId {
    /// A running number.
    Number(i64),
    /// A name.
    Name(String),
}

/// The `status` of a game that was played to its end.
pub const COMPLETED: &str = "completed";

/// Reads an `Option` whose field must be there: serde lets a plain one be left out.
fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Option::deserialize(deserializer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_its_own_json_again_with_the_fields_it_does_not_know() {
        for game_id in [json!(7), json!("run-3/7")] {
            let line = json!({
                "game_id": game_id, "board_type": "square8", "num_players": 2, "winner": 1,
                "move_count": 1, "status": "completed", "victory_type": "lps",
                "moves": [{"type": "place_ring", "player": 1, "to": {"x": 0, "y": 1}}],
                "timestamp": "2025-12-10T11:35:46.395728", "game_time_seconds": 1.5,
                "model": "v2", "tags": ["a", {"b": null}],
            });
            let record: GameRecord = serde_json::from_value(line.clone()).unwrap();
            assert_eq!(record.other.len(), 2);
            assert_eq!(serde_json::to_value(record).unwrap(), line);
        }
    }

    #[test]
    fn only_the_four_fields_that_make_a_game_are_required() {
        let whole = json!({"board_type": "hex5", "num_players": 2, "winner": null, "moves": []});
        let record: GameRecord = serde_json::from_value(whole.clone()).unwrap();
        assert_eq!((record.winner, record.move_count), (None, None));
        for field in ["board_type", "num_players", "winner", "moves"] {
            let mut cut = whole.clone();
            cut.as_object_mut().unwrap().remove(field);
            let error = serde_json::from_value::<GameRecord>(cut).unwrap_err();
            assert_eq!(error.to_string(), format!("missing field `{field}`"));
        }
    }
}
