//! `from` without quotes.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING", durable)]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING", from = newest)]
    async fn on_ping(&self, _ping: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
