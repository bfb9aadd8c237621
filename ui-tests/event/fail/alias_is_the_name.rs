//! An alias that is the name.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", aliases = ["PING", "PANG", "PANG"])]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
