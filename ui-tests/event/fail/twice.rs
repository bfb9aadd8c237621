//! `#[event]` twice on one struct.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING")]
#[event("PONG")]
#[derive(Serialize, Deserialize)]
struct Ping {
    pub key: String,
}

fn main() {}
