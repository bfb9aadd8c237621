//! The name as if it were an option.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event(name = "PING", external)]
#[derive(Serialize, Deserialize)]
struct Ping {
    pub key: String,
}

fn main() {}
