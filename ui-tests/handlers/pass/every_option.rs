//! Every option of `#[on_event]`; other methods and attributes are left alone.
use ringrift_core::{Context, DaemonResult, prelude::*};
use serde::{Deserialize, Serialize};

mod events {
    use super::*;
    #[event("NEW_GAMES_AVAILABLE", aliases = ["GAMES_READY"])]
    #[derive(Serialize, Deserialize)]
    pub struct NewGamesAvailable {
        pub count: u32,
    }
    #[event("TRAINING_COMPLETED", durable)]
    #[derive(Serialize, Deserialize)]
    pub struct TrainingCompleted;
}

mod daemons {
    use ringrift_core::prelude::*;
    #[daemon(category = "feedback")]
    pub(crate) struct Counter {
        pub(crate) count: std::sync::atomic::AtomicU32,
    }
    impl Daemon for Counter {}
}
use daemons::Counter;

// In another module than the struct.
#[handlers]
impl Counter {
    /// Has documentation.
    #[on_event("GAMES_READY", dedup, timeout = "2s", breaker = 10_000)]
    async fn on_new_games(&self, event: &events::NewGamesAvailable, _cx: &Context<Self>) -> DaemonResult {
        self.add(event.count);
        Ok(())
    }

    #[ringrift_core::on_event("TRAINING_COMPLETED", dedup = "10m", from = "oldest", breaker = "off")]
    pub(crate) async fn on_training(&self, _: &events::TrainingCompleted, cx: &ringrift_core::Context<Counter>) -> DaemonResult {
        self.on_new_games(&events::NewGamesAvailable { count: 1 }, cx).await
    }

    fn add(&self, more: u32) {
        self.count.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
    }
}

fn main() {
    let text = format!("{:?}", ringrift_core::Registry::collected().event("GAMES_READY").map(|meta| meta.name));
    assert_eq!(text, "Some(\"NEW_GAMES_AVAILABLE\")");
    Counter { count: 0.into() }.add(1);
}
