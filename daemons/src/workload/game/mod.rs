//! A finished game as it is written down: one JSON object a line.
//!
//! The format is that of RingRift's own self-play files, so their data can be read and ours can be
//! read by their tools. A line is parsed once, at the edge, into a [`checked::Game`]; everything
//! behind it takes games and never has to look again whether they are sound.

pub mod batch;
pub mod checked;
pub mod content_key;
pub mod record;
