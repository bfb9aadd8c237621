//! What happens to games: they are played, and they are stored.

use std::path::PathBuf;

use ringrift_core::event;
use serde::{Deserialize, Serialize};

use crate::workload::config_key::ConfigKey;

/// A batch of self-play games lies in the inbox.
#[event("SELFPLAY_COMPLETE", aliases = ["SELFPLAY_BATCH_COMPLETE"])]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfplayComplete {
    /// What was played.
    pub config_key: ConfigKey,
    /// How many games there are.
    pub games_generated: u64,
    /// How long they took.
    pub duration_seconds: f64,
    /// The file that they are in.
    pub path: PathBuf,
}

/// Games that were not there before are in the database.
#[event("NEW_GAMES_AVAILABLE")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewGamesAvailable {
    /// Of which config.
    pub config_key: ConfigKey,
    /// Its board, `hex7`.
    pub board_type: String,
    /// Its number of players.
    pub num_players: u8,
    /// How many are new.
    pub new_games: u64,
    /// The file that they came in.
    pub source: String,
    /// The database that they are in now.
    pub canonical_db: PathBuf,
}

impl NewGamesAvailable {
    /// New games of a config; its parts say which board and how many players.
    pub fn new(config_key: ConfigKey, new_games: u64, source: String, canonical_db: PathBuf) -> Self {
        let (board_type, num_players) = (config_key.board().to_owned(), config_key.players());
        Self { config_key, board_type, num_players, new_games, source, canonical_db }
    }
}
