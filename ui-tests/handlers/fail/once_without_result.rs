//! An effect that returns no `Result`.
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
        cx.once("pay", || async { println!("paid") }).await?;
        Ok(())
    }
}

fn main() {}
