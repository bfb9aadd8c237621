//! Options of a later version.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", version = 2, from = Old)]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
