//! A `;` after the name.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING"; durable)]
#[derive(Serialize, Deserialize)]
struct Ping {
    pub key: String,
}

fn main() {}
