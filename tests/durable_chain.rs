//! Durable events that handlers emit: a handler that runs again emits the same events.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use ringrift_core::{EmitError, prelude::*, testing::TestKit};
use serde::{Deserialize, Serialize};

#[event("CHAIN_GAMES", external, durable)]
#[derive(Debug, Serialize, Deserialize)]
struct Games {
    count: u32,
}

#[event("CHAIN_TRAIN", durable)]
#[derive(Debug, Serialize, Deserialize)]
struct Train {
    game: u32,
}

/// A durable event that emits itself.
#[event("CHAIN_ECHO", external, durable)]
#[derive(Debug, Serialize, Deserialize)]
struct Echo;

#[derive(Debug, Clone, Default)]
struct Seen {
    games: Arc<Mutex<Vec<u32>>>,
    fails: Arc<AtomicBool>,
    refusal: Arc<Mutex<Option<EmitError>>>,
}

/// Emits a `Train` for each game, the last twice; then it may fail.
#[daemon(category = "misc", emits = [Train], register = false)]
struct Splitter {
    #[inject]
    seen: Seen,
}
impl Daemon for Splitter {}

#[handlers]
impl Splitter {
    #[on_event("CHAIN_GAMES")]
    async fn on_games(&self, games: &Games, cx: &Context<Self>) -> DaemonResult {
        for game in 0..games.count {
            cx.emit(Train { game }).await?;
        }
        cx.emit(Train { game: games.count - 1 }).await?;
        if self.seen.fails.load(SeqCst) {
            return Err("told to fail".into());
        }
        Ok(())
    }
}

/// Keeps what it hears.
#[daemon(category = "misc", register = false)]
struct Trainer {
    #[inject]
    seen: Seen,
}
impl Daemon for Trainer {}

#[handlers]
impl Trainer {
    #[on_event("CHAIN_TRAIN")]
    async fn on_train(&self, train: &Train, _cx: &Context<Self>) -> DaemonResult {
        self.seen.games.lock().expect("no panic").push(train.game);
        Ok(())
    }
}

/// Comes later, and wants all that there was.
#[daemon(category = "misc", register = false)]
struct Historian {
    #[inject]
    seen: Seen,
}
impl Daemon for Historian {}

#[handlers]
impl Historian {
    #[on_event("CHAIN_TRAIN", from = "oldest")]
    async fn on_train(&self, train: &Train, _cx: &Context<Self>) -> DaemonResult {
        self.seen.games.lock().expect("no panic").push(train.game);
        Ok(())
    }
}

/// Answers each echo with another.
#[daemon(category = "misc", emits = [Echo], register = false)]
struct Cave {
    #[inject]
    seen: Seen,
}
impl Daemon for Cave {}

#[handlers]
impl Cave {
    #[on_event("CHAIN_ECHO")]
    async fn on_echo(&self, _echo: &Echo, cx: &Context<Self>) -> DaemonResult {
        if let Err(error) = cx.emit(Echo).await {
            *self.seen.refusal.lock().expect("no panic") = Some(error);
        }
        Ok(())
    }
}

/// Fails for good at its first cycle.
#[daemon(category = "misc", restart = "never", register = false)]
struct Mortal {
    #[inject]
    seen: Seen,
}
impl Daemon for Mortal {}

#[handlers]
impl Mortal {
    #[on_event("CHAIN_GAMES")]
    async fn on_games(&self, games: &Games, _cx: &Context<Self>) -> DaemonResult {
        self.seen.games.lock().expect("no panic").push(games.count);
        Ok(())
    }
}

fn games(seen: &Seen) -> Vec<u32> {
    seen.games.lock().expect("no panic").clone()
}

async fn chain(folder: &Path, seen: &Seen) -> TestKit {
    let kit = TestKit::builder().daemon::<Splitter>().daemon::<Trainer>();
    kit.provide(seen.clone()).data_dir(folder).start().await
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_runs_again_emits_nothing_twice() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let kit = chain(folder.path(), &seen).await;
    kit.expect_failures_of(Splitter::TYPE);
    seen.fails.store(true, SeqCst);
    kit.emit(Games { count: 3 }).await;
    kit.settle().await;
    assert_eq!(games(&seen), [0, 1, 2, 2], "equal events of one run are each delivered");
    seen.fails.store(false, SeqCst);
    kit.advance(Duration::from_secs(80)).await;
    kit.settle().await;
    assert!(kit.snapshot().dead_letters.is_empty(), "the retry succeeded");
    assert_eq!(games(&seen), [0, 1, 2, 2], "and emitted nothing new");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn another_event_of_the_same_content_is_handled_anew() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let kit = chain(folder.path(), &seen).await;
    kit.emit(Games { count: 1 }).await;
    kit.emit(Games { count: 1 }).await;
    kit.settle().await;
    assert_eq!(games(&seen), [0, 0, 0, 0]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_later_subscriber_sees_new_events_only() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let kit = TestKit::builder().daemon::<Splitter>().provide(seen.clone()).data_dir(folder.path()).start().await;
    kit.emit(Games { count: 1 }).await;
    kit.settle().await;
    kit.finish().await;
    let later = chain(folder.path(), &seen).await;
    later.emit(Games { count: 5 }).await;
    later.settle().await;
    assert_eq!(games(&seen), [0, 1, 2, 3, 4, 4]);
    later.finish().await;
}

#[tokio::test(start_paused = true)]
async fn from_oldest_sees_all_that_is_kept_once() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let kit = TestKit::builder().daemon::<Splitter>().provide(seen.clone()).data_dir(folder.path()).start().await;
    kit.emit(Games { count: 2 }).await;
    kit.settle().await;
    kit.finish().await;
    for _process in 0..2 {
        let kit = TestKit::builder().daemon::<Historian>().provide(seen.clone()).data_dir(folder.path()).start().await;
        kit.settle().await;
        assert_eq!(games(&seen), [0, 1, 1]);
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn durable_events_in_a_circle_are_cut_at_the_hop_limit() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let kit = TestKit::builder().daemon::<Cave>().provide(seen.clone()).data_dir(folder.path()).start().await;
    kit.emit(Echo).await;
    kit.settle().await;
    assert_eq!(*seen.refusal.lock().expect("no panic"), Some(EmitError::HopLimit { event: "CHAIN_ECHO" }));
    let snapshot = kit.snapshot();
    let echo = snapshot.events.iter().find(|event| event.name == "CHAIN_ECHO").expect("it is known");
    assert_eq!((echo.emitted, echo.hop_limited), (32, 1));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_failed_daemon_is_owed_waits_until_it_runs_again() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let kit = TestKit::builder().daemon::<Mortal>().provide(seen.clone()).data_dir(folder.path()).start().await;
    kit.kill(Mortal::TYPE);
    kit.wait_for(Mortal::TYPE, ringrift_core::StateName::Failed).await;
    kit.emit(Games { count: 4 }).await;
    kit.advance(Duration::from_secs(1)).await;
    assert!(kit.snapshot().dead_letters.is_empty());
    kit.runtime().start_daemon(Mortal::TYPE).expect("it may start");
    kit.settle().await;
    assert_eq!(games(&seen), [4]);
    kit.finish().await;
}
