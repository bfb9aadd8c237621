//! An event without a name, but with an option.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event(external)]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
