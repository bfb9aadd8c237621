//! Takes in the game files that others put into a folder.
//!
//! Three steps, each of which may be cut off and made again: see which files are complete
//! ([`watch`]), store their lines ([`ingest`]), move them out of the way ([`archive`]). A file
//! leaves the inbox only when all of its lines are in the database, so whatever happens, a game is
//! in the one or in the other.

pub mod archive;
pub mod ingest;
pub mod watch;

mod lines;
