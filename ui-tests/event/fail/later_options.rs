//! Options of a later version.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", retention = "7d", version = 2, from = Old)]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
