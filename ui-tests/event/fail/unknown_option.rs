//! An option that does not exist.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", exteral)]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
