//! Games of the Hex player against itself, written down.

use std::num::NonZeroU32;

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use thiserror::Error;
use tokio::time::Instant;

use super::board::{Board, Cell, Player};
use super::mcts::Mcts;
use super::size::HexSize;
use crate::workload::game::checked::Game;
use crate::workload::game::record::{COMPLETED, GameId, GameRecord};

/// One game to be played: the same three values are always the same game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selfplay {
    /// The board.
    pub size: HexSize,
    /// How many play-outs each move may cost.
    pub playouts: NonZeroU32,
    /// The seed of all chance in the game.
    pub seed: u64,
}

/// The game was stopped before its end; there is nothing to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the game was stopped before its end")]
pub struct Stopped;

impl Selfplay {
    /// Plays the game to its end.
    ///
    /// `should_stop` is asked before every play-out, so a stop takes effect within one of them.
    ///
    /// # Errors
    ///
    /// `should_stop` said so before somebody had won.
    pub fn play(&self, should_stop: &dyn Fn() -> bool) -> Result<Game, Stopped> {
        let start = Instant::now();
        let mut player = Mcts::new(self.playouts, self.seed);
        let mut board = Board::new(self.size);
        let mut moves = Vec::new();
        loop {
            if let Some(winner) = board.winner() {
                let seconds = start.elapsed().as_secs_f64();
                return Ok(self.write_down(winner, moves, seconds));
            }
            // A game that is not over has a move, so a search without one was stopped.
            let cell = player.choose(&board, should_stop).map_err(|_| Stopped)?;
            moves.push(written_move(board.to_move(), cell));
            board.play(cell).expect("the search chooses legal moves");
        }
    }

    fn write_down(&self, winner: Player, moves: Vec<Value>, seconds: f64) -> Game {
        let how = [("engine", json!("mcts")), ("seed", json!(self.seed)), ("playouts", json!(self.playouts))];
        let record = GameRecord {
            game_id: Some(self.game_id()),
            board_type: self.size.board_type(),
            num_players: 2,
            winner: Some(winner.number().into()),
            move_count: Some(moves.len() as u64),
            status: Some(COMPLETED.to_owned()),
            victory_type: Some("connection".to_owned()),
            moves,
            timestamp: Some(Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true)),
            game_time_seconds: Some(seconds),
            other: how.map(|(key, value)| (key.to_owned(), value)).into_iter().collect::<Map<_, _>>(),
        };
        Game::from_record(record).expect("a game that was played to its end is sound")
    }

    /// Names the game after what determines it.
    fn game_id(&self) -> GameId {
        let board = self.size.board_type();
        GameId::Name(format!("{board}-{}-{:016x}", self.playouts, self.seed))
    }
}

/// A move in the form of RingRift's records.
fn written_move(player: Player, to: Cell) -> Value {
    json!({"type": "place_stone", "player": player.number(), "to": to})
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    use super::*;

    fn selfplay(rows: u64, seed: u64) -> Selfplay {
        Selfplay { size: HexSize::new(rows).unwrap(), playouts: NonZeroU32::new(30).unwrap(), seed }
    }

    #[test]
    fn the_written_moves_played_again_end_with_the_written_winner() {
        for seed in 0..10 {
            let game = selfplay(5, seed).play(&|| false).unwrap();
            let record = game.record();
            let mut board = Board::new(HexSize::new(5).unwrap());
            for written in &record.moves {
                assert_eq!(written["player"], board.to_move().number());
                let cell = serde_json::from_value(written["to"].clone()).unwrap();
                board.play(cell).unwrap();
            }
            let winner = board.winner().unwrap();
            assert_eq!(record.winner, Some(winner.number().into()));
            assert_eq!(record.move_count, Some(record.moves.len() as u64));
            assert_eq!(game.config_key().to_string(), "hex5_2p");
        }
    }

    #[test]
    fn the_same_seed_plays_the_same_game_and_another_seed_another() {
        let key = |seed| selfplay(5, seed).play(&|| false).unwrap().content_key();
        assert_eq!(key(3), key(3));
        assert_ne!(key(3), key(4));
    }

    #[test]
    fn a_stop_in_the_middle_gives_no_game() {
        let asked = AtomicU32::new(0);
        let game = selfplay(5, 1).play(&|| asked.fetch_add(1, Ordering::Relaxed) == 100);
        assert_eq!(game, Err(Stopped));
        assert_eq!(asked.into_inner(), 101);
    }

    #[test]
    fn a_flag_that_is_up_before_the_start_stops_the_first_move() {
        let stop = AtomicBool::new(true);
        let game = selfplay(11, 1).play(&|| stop.load(Ordering::Relaxed));
        assert_eq!(game, Err(Stopped));
    }

    #[test]
    fn the_record_says_how_to_play_the_game_again() {
        let game = selfplay(3, u64::MAX).play(&|| false).unwrap();
        let read = Game::from_line(game.line().as_bytes()).unwrap();
        assert_eq!(read.record().other["seed"], u64::MAX);
        assert_eq!(read.record().other["playouts"], 30);
        // Not the whole record: JSON may give its seconds back with another last digit.
        assert_eq!(read.content_key(), game.content_key());
    }
}
