//! A handler whose parameters are in the wrong order.
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
    async fn on_ping(&self, _cx: &Context<Self>, _event: &Ping) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
