//! There is no oldest event where none is kept.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING", from = "oldest")]
    async fn on_ping(&self, _ping: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
