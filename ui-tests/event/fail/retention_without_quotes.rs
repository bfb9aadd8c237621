//! Retentions without their quotes, and without a unit.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", durable, retention = forever)]
#[derive(Serialize, Deserialize)]
struct Ping;

#[event("PONG", durable, retention = "7", retention_size = 64)]
#[derive(Serialize, Deserialize)]
struct Pong;

fn main() {}
