//! An event has no generic parameters.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping<T> {
    key: T,
}

fn main() {}
