//! An event that is not listed, and others are.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping;

#[event("PONG")]
#[derive(Serialize, Deserialize)]
struct Pong;

#[daemon(category = "misc", emits = [Pong])]
struct Alpha;
impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.emit(Ping).await?;
        Ok(())
    }
}

fn main() {}
