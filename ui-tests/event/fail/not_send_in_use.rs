//! Payloads that can't go to another thread, and are emitted and handled.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping {
    key: std::cell::Cell<u32>,
    #[serde(skip)]
    other: std::rc::Rc<u32>,
}

#[event("PONG")]
#[derive(Serialize, Deserialize)]
enum Pong {
    One(#[serde(skip)] Option<std::rc::Rc<u8>>),
    Two { key: std::cell::RefCell<u8> },
}

#[daemon(category = "misc", emits = [Ping])]
struct Alpha;
impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.emit(Ping { key: Default::default(), other: Default::default() }).await?;
        Ok(())
    }
}

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, event: &Ping, cx: &Context<Self>) -> DaemonResult {
        cx.emit(Ping { key: Default::default(), other: Default::default() }).await?;
        assert!(*event.other > 0);
        Ok(())
    }

    #[on_event("PONG")]
    async fn on_pong(&self, _event: &Pong, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
