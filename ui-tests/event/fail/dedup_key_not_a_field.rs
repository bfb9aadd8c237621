//! A key that is no field.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", dedup_key = ["kye", "colour"])]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
