//! A name without letters.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("")]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
