//! The work that the stock daemons do, as a plain library.
//!
//! The daemons decide *when*; the modules here know *how*: play a game, write it down, take it
//! in, store it once, and say how good the stored data is. Nothing here knows an event, a daemon
//! or an async runtime: every call blocks, and daemons make it through `spawn_blocking`.
//!
//! In the order of a game's life:
//!
//! - [`config_key`]: which game on which board, `hex7_2p`;
//! - [`hex`]: the game Hex and a player for it;
//! - [`game`]: the record of a finished game, and the file it is handed over in;
//! - [`games`]: the database of games;
//! - [`inbox`]: the folder that game files are dropped into;
//! - [`quality`]: how good the stored games are;
//! - [`priority`]: which config is played next.

pub mod config_key;
pub mod game;
pub mod games;
pub mod hex;
pub mod inbox;
pub mod priority;
pub mod quality;

#[cfg(test)]
mod tests;
