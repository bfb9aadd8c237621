//! Futures of the runtime that are dropped half-way.

use std::{path::Path, sync::Arc, time::Duration};

use ringrift_core::{
    AccountSnapshot, DeadReason, Registry,
    prelude::*,
    runtime::{Builder, Runtime, letters::LetterFilter},
    testing::TestKit,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::timeout;

#[event("DROPPED_LIGHT", external)]
#[derive(Serialize, Deserialize)]
struct Light(u32);

#[event("DROPPED_DURABLE", external, durable)]
#[derive(Serialize, Deserialize)]
struct Durable(u32);

/// Lives as long as anything of a runtime does.
#[derive(Debug, Clone, Default)]
struct Token(Arc<()>);

/// Never ready; and busy for ever with the first event.
#[daemon(category = "misc", mailbox = 1, start_timeout = "1h", handler_timeout = "1d", register = false)]
struct Slow {
    #[inject]
    _token: Token,
}

impl Daemon for Slow {
    async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
        std::future::pending().await
    }
}

#[handlers]
impl Slow {
    #[on_event("DROPPED_DURABLE")]
    async fn on_durable(&self, _event: &Durable, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

/// Runs, with a task beside it that never ends.
#[daemon(category = "misc", cycle = "1s", register = false)]
struct Running {
    #[inject]
    token: Token,
}

impl Daemon for Running {
    idle!();

    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        let (held, token) = (cx.clone(), self.token.clone());
        cx.spawn(async move {
            std::future::pending::<()>().await;
            drop((held, token));
        });
        Ok(())
    }
}

/// Busy for ever with the first event.
#[daemon(category = "misc", mailbox = 1, handler_timeout = "1d", register = false)]
struct Busy;
impl Daemon for Busy {}

#[handlers]
impl Busy {
    #[on_event("DROPPED_LIGHT")]
    async fn on_light(&self, _event: &Light, _cx: &Context<Self>) -> DaemonResult {
        std::future::pending().await
    }
}

fn builder(folder: &Path, token: &Token) -> Builder {
    let registry = Registry::empty().with::<Slow>().with::<EventRouter>();
    Runtime::builder().registry(registry).provide(token.clone()).data_dir(folder).strict(true)
}

/// Lets the threads of a runtime that was dropped come to their end.
async fn a_turn_of_the_threads() {
    tokio::task::spawn_blocking(|| std::thread::park_timeout(Duration::from_millis(1))).await.unwrap();
}

/// Waits until nothing of a runtime is left.
async fn alone(token: &Token) {
    for _ in 0..5_000 {
        if Arc::strong_count(&token.0) > 1 {
            a_turn_of_the_threads().await;
        }
    }
    assert_eq!(Arc::strong_count(&token.0), 1, "something of it is left");
}

#[tokio::test(start_paused = true)]
async fn a_start_that_is_dropped_leaves_nothing_and_can_be_made_again() {
    let (folder, token) = (tempfile::tempdir().unwrap(), Token::default());
    for _ in 0..3 {
        // The writer lets go of the folder only once all is written.
        let mut turns = 0;
        while let Ok(refused) = timeout(Duration::from_secs(60), builder(folder.path(), &token).start()).await {
            assert!(turns < 5_000, "{:?}", refused.err());
            turns += 1;
            a_turn_of_the_threads().await;
        }
        alone(&token).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_is_dropped_ends_its_daemons_and_their_tasks() {
    let token = Token::default();
    let registry = Registry::empty().with::<Running>().with::<EventRouter>();
    let runtime = Runtime::builder().registry(registry).provide(token.clone()).start().await.unwrap();
    runtime.started().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(Arc::strong_count(&token.0) > 2);
    drop(runtime);
    alone(&token).await;
}

#[tokio::test(start_paused = true)]
async fn an_emit_by_name_that_is_dropped_is_accounted_for() {
    let kit = TestKit::builder().daemon::<Busy>().start().await;
    kit.expect_dead_letters();
    let runtime = kit.runtime();
    // Not polled, it emits nothing.
    drop(runtime.emit_named("DROPPED_LIGHT", json!(0)));
    runtime.emit_named("DROPPED_LIGHT", json!(1)).await.unwrap();
    kit.advance(Duration::from_secs(1)).await;
    assert!(timeout(Duration::from_secs(1), runtime.emit_named("DROPPED_LIGHT", json!(2))).await.is_err());
    let letters = runtime.dead_letters().list(&LetterFilter::default());
    assert_eq!(
        letters.iter().map(|it| (it.reason, it.payload.clone())).collect::<Vec<_>>(),
        [(DeadReason::MailboxFull, json!(2))]
    );
    assert_eq!(kit.snapshot().deliveries, AccountSnapshot { owed: 2, dead: 1, ..AccountSnapshot::default() });
    kit.finish().await;
}
