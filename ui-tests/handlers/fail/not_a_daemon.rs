//! A block of what is no daemon.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING", aliases = ["PANG"])]
#[derive(Serialize, Deserialize)]
struct Ping;

struct Alpha;

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
