//! A name that is no string.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event(42)]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
