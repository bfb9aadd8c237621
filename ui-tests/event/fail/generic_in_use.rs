//! A generic event, which a daemon emits and handles.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping<T> {
    pub key: T,
}

#[daemon(category = "misc", emits = [Ping<u32>])]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping<u32>, cx: &Context<Self>) -> DaemonResult {
        cx.emit(Ping { key: 1 }).await?;
        Ok(())
    }
}

fn main() {}
