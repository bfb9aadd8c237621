//! A game whose parts agree, and the reasons why a line is none.

use std::str::Utf8Error;

use thiserror::Error;

use super::content_key::ContentKey;
use super::record::GameRecord;
use crate::workload::config_key::{ConfigKey, InvalidConfigKey};

/// A sound game: its config has a key, its winner took part, its moves are there and counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Game {
    record: GameRecord,
    config_key: ConfigKey,
    content_key: ContentKey,
    line: String,
}

/// One thing that is wrong with a game record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GameProblem {
    /// The board and the number of players make no config key.
    #[error(transparent)]
    Config(#[from] InvalidConfigKey),
    /// The winner did not take part.
    #[error("`winner` is {winner}, and the players are 1 to {num_players}")]
    Winner {
        /// Who is said to have won.
        winner: i64,
        /// How many played.
        num_players: i64,
    },
    /// Nobody moved.
    #[error("`moves` is empty")]
    NoMoves,
    /// The writer counted other moves than it wrote.
    #[error("`move_count` is {stated}, and `moves` has {counted}")]
    MoveCount {
        /// What the record says.
        stated: u64,
        /// How many moves there are.
        counted: usize,
    },
}

/// Says why a line of a file is not a game.
#[derive(Debug, Error)]
pub enum BadLine {
    /// The line is longer than a game can be; only its start was read.
    #[error("the line is longer than {limit} bytes")]
    TooLong {
        /// The longest line that is read.
        limit: usize,
    },
    /// The line is not text.
    #[error("the line is not UTF-8")]
    NotUtf8(#[source] Utf8Error),
    /// The line is no JSON, cut off, or lacks a field.
    #[error("the line is not a game record")]
    NotARecord(#[source] serde_json::Error),
    /// The record contradicts itself.
    #[error("the game is not sound: {}", join(.0))]
    Unsound(Vec<GameProblem>),
}

fn join(problems: &[GameProblem]) -> String {
    let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

impl Game {
    /// Reads one line of a game file.
    ///
    /// # Errors
    ///
    /// The line is no text, no record, or a record with problems, all of which are named.
    pub fn from_line(line: &[u8]) -> Result<Self, BadLine> {
        let line = str::from_utf8(line).map_err(BadLine::NotUtf8)?;
        let record = serde_json::from_str(line).map_err(BadLine::NotARecord)?;
        Self::sound(record, line.to_owned()).map_err(BadLine::Unsound)
    }

    /// Takes a record that was made in this process.
    ///
    /// # Errors
    ///
    /// The record has problems; all of them are returned.
    pub fn from_record(record: GameRecord) -> Result<Self, Vec<GameProblem>> {
        let line = serde_json::to_string(&record).expect("a record is JSON with text keys");
        Self::sound(record, line)
    }

    fn sound(record: GameRecord, line: String) -> Result<Self, Vec<GameProblem>> {
        let problems = problems_within(&record);
        match ConfigKey::new(&record.board_type, record.num_players) {
            Ok(config_key) if problems.is_empty() => {
                Ok(Self { config_key, content_key: record.content_key(), record, line })
            }
            Ok(_) => Err(problems),
            Err(invalid) => Err([vec![invalid.into()], problems].concat()),
        }
    }

    /// The record as it was read.
    pub fn record(&self) -> &GameRecord {
        &self.record
    }

    /// Which kind of game it is.
    pub fn config_key(&self) -> &ConfigKey {
        &self.config_key
    }

    /// The game's identity.
    pub fn content_key(&self) -> ContentKey {
        self.content_key
    }

    /// The line that the game was read from, or would be written as.
    pub fn line(&self) -> &str {
        &self.line
    }
}

fn problems_within(record: &GameRecord) -> Vec<GameProblem> {
    let mut problems = Vec::new();
    let num_players = record.num_players;
    if let Some(winner) = record.winner
        && !(1..=num_players).contains(&winner)
    {
        problems.push(GameProblem::Winner { winner, num_players });
    }
    let counted = record.moves.len();
    if counted == 0 {
        problems.push(GameProblem::NoMoves);
    }
    if let Some(stated) = record.move_count
        && stated != counted as u64
    {
        problems.push(GameProblem::MoveCount { stated, counted });
    }
    problems
}

#[cfg(test)]
mod tests;
