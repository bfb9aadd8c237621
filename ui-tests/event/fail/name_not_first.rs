//! The name behind an option.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event(external, "PING")]
#[derive(Serialize, Deserialize)]
struct Ping {
    pub key: String,
}

fn main() {}
