//! An effect whose value can be written, and not read.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", external, durable)]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[derive(Serialize)]
struct Receipt;

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, cx: &Context<Self>) -> DaemonResult {
        let _receipt = cx.once("pay", || async { std::io::Result::Ok(Receipt) }).await?;
        Ok(())
    }
}

fn main() {}
