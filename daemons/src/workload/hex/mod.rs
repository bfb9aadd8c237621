//! The board game Hex.

pub mod board;
mod groups;
pub mod size;
