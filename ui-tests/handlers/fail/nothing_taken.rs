//! A handler that takes nothing.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING", aliases = ["PANG"])]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping() -> DaemonResult {
        Ok(())
    }
}

fn main() {}
