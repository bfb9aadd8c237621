//! The name of one kind of game: a board and a number of players, `hex7_2p`.
//!
//! Everything that is counted, scored or scheduled is counted by this key. It is also part of file
//! names, so a key holds nothing but lower-case letters, digits and underscores.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The fewest players of any game.
pub const MIN_PLAYERS: u8 = 2;
/// The most players of any game.
pub const MAX_PLAYERS: u8 = 4;

/// Names a board and a number of players; written `hex7_2p`.
///
/// Keys are ordered by board, as text, then by players.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConfigKey {
    board: String,
    players: u8,
}

/// Says why a text, or a board and a number of players, is no [`ConfigKey`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidConfigKey {
    /// The text does not end in `_<players>p`.
    #[error(
        "config key `{key}` does not end in the number of players; write it as board, underscore, players, p: `hex7_2p`"
    )]
    NoPlayers {
        /// The whole text.
        key: String,
    },
    /// The board's name is empty or holds a character that names may not have.
    #[error(
        "board `{board}` is not a name: it starts with a lower-case letter and goes on with lower-case letters, digits and underscores"
    )]
    Board {
        /// The board's name as it was given.
        board: String,
    },
    /// No game has that many, or that few, players.
    #[error("board `{board}` cannot have {players} players, only {MIN_PLAYERS} to {MAX_PLAYERS}")]
    Players {
        /// The board's name.
        board: String,
        /// The number of players as it was given.
        players: i64,
    },
}

impl ConfigKey {
    /// Makes the key of a board and a number of players, as a game record states them.
    ///
    /// # Errors
    ///
    /// The board's name may not be written in a key, or no game has that many players.
    pub fn new(board: &str, players: i64) -> Result<Self, InvalidConfigKey> {
        if !is_board_name(board) {
            return Err(InvalidConfigKey::Board { board: board.to_owned() });
        }
        match u8::try_from(players) {
            Ok(players) if (MIN_PLAYERS..=MAX_PLAYERS).contains(&players) => {
                Ok(Self { board: board.to_owned(), players })
            }
            _ => Err(InvalidConfigKey::Players { board: board.to_owned(), players }),
        }
    }

    /// The board's name, `hex7`.
    pub fn board(&self) -> &str {
        &self.board
    }

    /// The number of players.
    pub fn players(&self) -> u8 {
        self.players
    }
}

fn is_board_name(board: &str) -> bool {
    board.starts_with(|first: char| first.is_ascii_lowercase())
        && board.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

impl fmt::Display for ConfigKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}p", self.board, self.players)
    }
}

impl FromStr for ConfigKey {
    type Err = InvalidConfigKey;

    fn from_str(key: &str) -> Result<Self, InvalidConfigKey> {
        let parts = key.strip_suffix('p').and_then(|rest| rest.rsplit_once('_'));
        // One digit, so that `hex7_02p` is not a second name of `hex7_2p`.
        let Some((board, [digit @ b'0'..=b'9'])) = parts.map(|(board, players)| (board, players.as_bytes())) else {
            return Err(InvalidConfigKey::NoPlayers { key: key.to_owned() });
        };
        Self::new(board, i64::from(digit - b'0'))
    }
}

impl TryFrom<String> for ConfigKey {
    type Error = InvalidConfigKey;

    fn try_from(key: String) -> Result<Self, InvalidConfigKey> {
        key.parse()
    }
}

impl From<ConfigKey> for String {
    fn from(key: ConfigKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_own_text_again() {
        for (text, board, players) in [
            ("hex7_2p", "hex7", 2),
            ("square8_2p", "square8", 2),
            ("square19_3p", "square19", 3),
            ("full_hex_4p", "full_hex", 4),
        ] {
            let key: ConfigKey = text.parse().unwrap();
            assert_eq!((key.board(), key.players()), (board, players));
            assert_eq!(key.to_string(), text);
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<ConfigKey>(&json).unwrap(), key);
        }
    }

    #[test]
    fn a_text_that_is_no_key_is_refused_with_what_is_wrong() {
        for (text, wrong) in [
            ("hex7", "config key `hex7` does not end in the number of players"),
            ("hex7_p", "config key `hex7_p` does not end in the number of players"),
            ("hex7_02p", "config key `hex7_02p` does not end in the number of players"),
            ("hex7_1p", "board `hex7` cannot have 1 players, only 2 to 4"),
            ("hex7_9p", "board `hex7` cannot have 9 players, only 2 to 4"),
            ("_2p", "board `` is not a name"),
            ("../etc_2p", "board `../etc` is not a name"),
            ("Hex7_2p", "board `Hex7` is not a name"),
        ] {
            let error = text.parse::<ConfigKey>().unwrap_err().to_string();
            assert!(error.starts_with(wrong), "{text}: {error}");
        }
    }

    #[test]
    fn serde_refuses_what_parsing_refuses() {
        let error = serde_json::from_str::<ConfigKey>("\"hex7_5p\"").unwrap_err();
        assert_eq!(error.to_string(), "board `hex7` cannot have 5 players, only 2 to 4");
    }
}
