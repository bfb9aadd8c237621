//! The same event twice.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc", emits = [Ping, Ping])]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
