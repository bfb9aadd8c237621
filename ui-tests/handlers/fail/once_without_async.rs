//! An effect that is made at once.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", external, durable)]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, cx: &Context<Self>) -> DaemonResult {
        cx.once("pay", || std::io::Result::Ok(1)).await?;
        Ok(())
    }
}

fn main() {}
