//! A config key that names a game of Hex, checked when the configuration is read.

use serde::Deserialize;

use crate::workload::config_key::ConfigKey;
use crate::workload::hex::size::{HexSize, NotHex};

/// A config that can be played: its key, and the board that the key names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ConfigKey")]
pub struct HexConfig {
    key: ConfigKey,
    size: HexSize,
}

impl HexConfig {
    /// The config of a board with so many rows; only for sizes that there are.
    pub(super) fn of_size(rows: u64) -> Self {
        let size = HexSize::new(rows).expect("the size is written in this program");
        let key = ConfigKey::new(&size.board_type(), 2).expect("a board of Hex has a name");
        Self { key, size }
    }

    /// Its key.
    pub fn key(&self) -> &ConfigKey {
        &self.key
    }

    /// Its board.
    pub fn size(&self) -> HexSize {
        self.size
    }
}

impl TryFrom<ConfigKey> for HexConfig {
    type Error = NotHex;

    fn try_from(key: ConfigKey) -> Result<Self, NotHex> {
        Ok(Self { size: key.hex_size()?, key })
    }
}
