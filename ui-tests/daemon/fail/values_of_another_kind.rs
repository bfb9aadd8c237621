//! Text for numbers, and numbers for text.
use ringrift_core::prelude::*;
#[daemon(category = "misc", mailbox = "big", max_restarts = "few", concurrency = "much", schedule = *, tz = [], deprecated = 5)]
struct Alpha;
impl Daemon for Alpha {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
