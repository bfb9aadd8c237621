//! `impl Daemon` is missing, and there are handlers.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
