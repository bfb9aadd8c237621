//! A generic block, whose type is no daemon.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", external)]
#[derive(Serialize, Deserialize)]
struct Ping;

struct Alpha<T> {
    value: T,
}

#[handlers]
impl<T> Alpha<T> {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
