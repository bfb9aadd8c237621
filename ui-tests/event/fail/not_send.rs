//! A payload that can't go to another thread.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: std::cell::Cell<u32>,
}

fn main() {}
