//! An age and a size that are none.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", durable, retention = "for ever", retention_size = "64")]
#[derive(Serialize, Deserialize)]
struct Ping;

#[event("PONG", durable, retention = 7, retention_size = 64)]
#[derive(Serialize, Deserialize)]
struct Pong;

fn main() {}
