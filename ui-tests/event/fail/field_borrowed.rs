//! What is read from JSON can't be borrowed.
use ringrift_core::event;
use serde::{Deserialize, Serialize};

#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping {
    id: u32,
    name: &'static str,
    note: Option<&'static str>,
}

fn main() {}
