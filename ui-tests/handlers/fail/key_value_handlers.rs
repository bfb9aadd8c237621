//! `=` where parentheses belong. The words are rustc's, which refuses it before the macro runs.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", external)]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers = "PING"]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
