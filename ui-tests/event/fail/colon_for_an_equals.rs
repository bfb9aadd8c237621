//! A `:` in the place of an `=`.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", retention: "7d", durable)]
#[derive(Serialize, Deserialize)]
struct Ping {
    pub key: String,
}

fn main() {}
