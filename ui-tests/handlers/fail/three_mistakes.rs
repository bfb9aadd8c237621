//! Three mistakes in one block: three messages, one compile.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING", aliases = ["PANG"])]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event]
    fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }

    #[on_event("PONG", timeout = "soon")]
    async fn on_pong(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
