//! The block of a daemon that can't be generic.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", external)]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha<T> {
    value: T,
}
impl<T> Daemon for Alpha<T> {}

#[handlers]
impl<T> Alpha<T> {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }
}

fn main() {}
