//! A daemon that is not Sync, with as much as it may have: one mistake, one message.
use ringrift_core::{Context, DaemonResult, ExitReason, HealthReport, prelude::*};
use serde::{Deserialize, Serialize};

#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc", runner = run)]
struct Alpha {
    count: std::cell::Cell<u32>,
    names: std::sync::Mutex<Vec<String>>,
    shared: std::rc::Rc<Option<Box<dyn Fn(u8) -> u8>>>,
    #[init(std::sync::Weak::new())]
    me: std::sync::Weak<Self>,
}

impl Daemon for Alpha {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        cx.shutdown().cancelled().await;
        self.count.set(1);
        Ok(())
    }
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        self.count.set(1);
        Ok(())
    }
    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.count.set(1);
        Ok(())
    }
    async fn on_exit(&self, _cx: &Context<Self>, _reason: &ExitReason) -> DaemonResult {
        self.count.set(1);
        Ok(())
    }
    async fn health(&self, cx: &Context<Self>) -> HealthReport {
        self.count.set(1);
        HealthReport::from_stats(&cx.stats())
    }
}

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, cx: &Context<Self>) -> DaemonResult {
        cx.shutdown().cancelled().await;
        self.count.set(1);
        Ok(())
    }
}

async fn run(daemon: &Alpha, cx: &Context<Alpha>) -> DaemonResult {
    cx.shutdown().cancelled().await;
    daemon.count.set(1);
    Ok(())
}

// Who depends on it is not to blame.
#[daemon(category = "misc", depends_on = [Alpha])]
struct Beta {
    #[inject]
    alpha: Handle<Alpha>,
}
impl Daemon for Beta {}

fn main() {}
