//! Sizes that leave nothing, or are more than can be.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", durable, retention_size = "0MB")]
#[derive(Serialize, Deserialize)]
struct Ping {
    pub key: String,
}

#[event("PONG", durable, retention_size = "99999999999TB")]
#[derive(Serialize, Deserialize)]
struct Pong;

fn main() {}
