//! The name of a field without its quotes.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", dedup_key = [key])]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
