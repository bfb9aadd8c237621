//! Two handlers of one name: rustc says so, and nothing else is said.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", external)]
#[derive(Serialize, Deserialize)]
struct Ping;

#[event("PONG", external)]
#[derive(Serialize, Deserialize)]
struct Pong;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }

    #[on_event("PONG")]
    async fn on_ping(&self, _event: &Pong, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
