//! What is emitted is no event.
use ringrift_core::prelude::*;
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.emit(Ping).await?;
        Ok(())
    }
}

fn main() {}
