//! A key that serde renames.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("PING", dedup_key = ["key"])]
#[derive(Serialize, Deserialize)]
struct Ping {
    #[serde(rename = "k")]
    key: String,
}

fn main() {}
