//! What is only in memory is not kept.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", retention = "7d", retention_size = "1GB")]
#[derive(Serialize, Deserialize)]
struct Ping;

fn main() {}
