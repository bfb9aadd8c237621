//! A key of a struct without named fields.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", dedup_key = ["0"])]
#[derive(Serialize, Deserialize)]
struct Ping(u32);

fn main() {}
