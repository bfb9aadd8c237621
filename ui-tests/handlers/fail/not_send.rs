//! A handler whose future is not Send.
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
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, cx: &Context<Self>) -> DaemonResult {
        let one = std::rc::Rc::new(1);
        cx.shutdown().cancelled().await;
        drop(one);
        Ok(())
    }
}

fn main() {}
