//! A name in camel case.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event("lowQuality-data")]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: String,
}

fn main() {}
