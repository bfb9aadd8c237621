//! A durable event without the wait for the disk.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING", durable)]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc", emits = [Ping])]
struct Alpha;
impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.try_emit(Ping)?;
        Ok(())
    }
}

fn main() {}
