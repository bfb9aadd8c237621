//! A mistake in an event is reported there only.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("ping")]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc", emits = [Ping])]
struct Alpha;
impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.emit(Ping).await?;
        Ok(())
    }
}

fn main() {}
