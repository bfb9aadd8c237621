//! A handler of any event.
use ringrift_core::{Event, prelude::*};
use serde::{Deserialize, Serialize};
#[event("PING", aliases = ["PANG"])]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &impl Event, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
