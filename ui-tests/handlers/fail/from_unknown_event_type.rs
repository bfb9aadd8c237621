//! A type that is not found is reported where it stands, and not at `from` too.
use ringrift_core::prelude::*;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING", from = "oldest")]
    async fn on_ping(&self, _ping: &Pign, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
