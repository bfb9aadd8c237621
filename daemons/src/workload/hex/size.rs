//! How large a Hex board is, and which config keys name one.

use thiserror::Error;

use crate::workload::config_key::ConfigKey;

/// The number of rows of a Hex board, which is also that of its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HexSize(u8);

/// No Hex board has this size.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a Hex board cannot have {size} rows, only {min} to {max}", min = HexSize::MIN, max = HexSize::MAX)]
pub struct InvalidSize {
    /// The size as it was asked for.
    pub size: u64,
}

/// Says why a config key does not name a game of Hex.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotHex {
    /// The board is not called `hex` and a number.
    #[error("config key `{key}` does not name a Hex board; such a board is called `hex` and its size: `hex7`")]
    OtherBoard {
        /// The key.
        key: ConfigKey,
    },
    /// The board's size cannot be played.
    #[error("config key `{key}` does not name a Hex board that can be played")]
    Size {
        /// The key.
        key: ConfigKey,
        /// Which size it asks for.
        source: InvalidSize,
    },
    /// Hex is a game of two.
    #[error("config key `{key}` asks for {players} players, and Hex is played by 2", players = key.players())]
    Players {
        /// The key.
        key: ConfigKey,
    },
}

impl HexSize {
    /// The smallest board.
    pub const MIN: u8 = 2;
    /// The largest board, the size of the largest that people play on.
    pub const MAX: u8 = 19;

    /// Takes a number of rows.
    ///
    /// # Errors
    ///
    /// The number is less than [`HexSize::MIN`] or more than [`HexSize::MAX`].
    pub fn new(size: u64) -> Result<Self, InvalidSize> {
        match u8::try_from(size) {
            Ok(rows) if (Self::MIN..=Self::MAX).contains(&rows) => Ok(Self(rows)),
            _ => Err(InvalidSize { size }),
        }
    }

    /// The number of rows, and of columns.
    pub fn rows(self) -> u8 {
        self.0
    }

    /// The name of this board in game records, `hex7`.
    pub fn board_type(self) -> String {
        format!("hex{}", self.0)
    }
}

impl ConfigKey {
    /// The size of the Hex board that this key names.
    ///
    /// RingRift calls hexagonal boards of its own `hex8`. Where its records and those of Hex come
    /// into one database, `hex8_2p` counts both.
    ///
    /// # Errors
    ///
    /// The key names another game, a size that cannot be played, or not two players.
    pub fn hex_size(&self) -> Result<HexSize, NotHex> {
        let other_board = || NotHex::OtherBoard { key: self.clone() };
        let digits = self.board().strip_prefix("hex").ok_or_else(other_board)?;
        // `hex07` would be a second name of the same board.
        if digits.starts_with('0') {
            return Err(other_board());
        }
        let size = digits.parse().map_err(|_| other_board())?;
        if self.players() != 2 {
            return Err(NotHex::Players { key: self.clone() });
        }
        HexSize::new(size).map_err(|source| NotHex::Size { key: self.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex_size(key: &str) -> Result<u8, String> {
        let size = key.parse::<ConfigKey>().unwrap().hex_size();
        size.map(HexSize::rows).map_err(|error| error.to_string())
    }

    #[test]
    fn a_hex_key_gives_its_size() {
        for (key, rows) in [("hex5_2p", 5), ("hex7_2p", 7), ("hex11_2p", 11)] {
            assert_eq!(hex_size(key), Ok(rows));
            let size = HexSize::new(rows.into()).unwrap();
            assert_eq!(ConfigKey::new(&size.board_type(), 2), Ok(key.parse().unwrap()));
        }
    }

    #[test]
    fn a_key_of_another_game_says_what_is_wrong_with_it() {
        for (key, wrong) in [
            ("square8_2p", "config key `square8_2p` does not name a Hex board; such"),
            ("hex_2p", "config key `hex_2p` does not name a Hex board; such"),
            ("hex07_2p", "config key `hex07_2p` does not name a Hex board; such"),
            ("hex1_2p", "config key `hex1_2p` does not name a Hex board that can be played"),
            ("hex20_2p", "config key `hex20_2p` does not name a Hex board that can be played"),
            ("hex8_3p", "config key `hex8_3p` asks for 3 players, and Hex is played by 2"),
        ] {
            let error = hex_size(key).unwrap_err();
            assert!(error.starts_with(wrong), "{key}: {error}");
        }
    }
}
