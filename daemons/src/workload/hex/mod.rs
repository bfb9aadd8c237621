//! The board game Hex, a player for it, and games of that player against itself.
//!
//! Two players put stones on an n x n board of hexagons, in turn. Player one wins with a chain of
//! stones from the top row to the bottom row, player two from the left column to the right one. A
//! full board always holds exactly one of the two chains, so there are no draws.
//!
//! The player searches with random play-outs and has no network: what it needs is a seed and a
//! number of play-outs, and with these two it always plays the same game.

pub mod board;
mod groups;
pub mod mcts;
pub mod selfplay;
pub mod size;
