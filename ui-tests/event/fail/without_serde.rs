//! A payload that can't be serialised.
use ringrift_core::prelude::*;
#[event("PING")]
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
