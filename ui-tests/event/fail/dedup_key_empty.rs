//! A key of nothing.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", dedup_key = [])]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
