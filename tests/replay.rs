//! Stored events are emitted again, for one daemon.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use ringrift_core::{
    prelude::*,
    runtime::{Dependents, Replay},
    testing::TestKit,
};
use serde::{Deserialize, Serialize};

#[event("REPLAYED_GAME", external, durable, aliases = ["OLD_GAME"])]
#[derive(Serialize, Deserialize)]
struct Game(u32);

#[event("REPLAYED_MODEL", external, durable)]
#[derive(Serialize, Deserialize)]
struct Model(u32);

/// What each heard: a number, and whether it was a replay.
#[derive(Debug, Clone, Default)]
struct Heard {
    trainer: Arc<Mutex<Vec<(u32, bool)>>>,
    other: Arc<Mutex<Vec<(u32, bool)>>>,
}

#[daemon(category = "misc", register = false)]
struct Trainer {
    #[inject]
    heard: Heard,
}
impl Daemon for Trainer {}

#[handlers]
impl Trainer {
    #[on_event("REPLAYED_GAME")]
    async fn on_game(&self, game: &Game, cx: &Context<Self>) -> DaemonResult {
        self.heard.trainer.lock().unwrap().push((game.0, cx.is_replay()));
        Ok(())
    }

    #[on_event("REPLAYED_MODEL")]
    async fn on_model(&self, model: &Model, cx: &Context<Self>) -> DaemonResult {
        self.heard.trainer.lock().unwrap().push((model.0, cx.is_replay()));
        Ok(())
    }
}

#[daemon(category = "misc", register = false)]
struct Other {
    #[inject]
    heard: Heard,
}
impl Daemon for Other {}

#[handlers]
impl Other {
    #[on_event("REPLAYED_GAME")]
    async fn on_game(&self, game: &Game, cx: &Context<Self>) -> DaemonResult {
        self.heard.other.lock().unwrap().push((game.0, cx.is_replay()));
        Ok(())
    }
}

/// Brings the other one along, which is not selected.
#[daemon(category = "misc", wants = [Other], register = false)]
struct Wisher;
impl Daemon for Wisher {}

/// Games 0 to 9, one a minute from 1970 on, and a model; all handled.
async fn kit(folder: &Path, heard: &Heard) -> TestKit {
    let kit = TestKit::builder().daemon::<Trainer>().daemon::<Other>().provide(heard.clone());
    let kit = kit.data_dir(folder).start().await;
    kit.emit(Model(100)).await;
    for n in 0..10 {
        kit.emit(Game(n)).await;
        kit.advance(Duration::from_secs(60)).await;
    }
    kit.settle().await;
    heard.trainer.lock().unwrap().clear();
    heard.other.lock().unwrap().clear();
    kit
}

fn minute(n: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(n * 60)
}

#[tokio::test(start_paused = true)]
async fn one_daemon_hears_it_again_in_order_and_marked() {
    let (folder, heard) = (tempfile::tempdir().unwrap(), Heard::default());
    let kit = kit(folder.path(), &heard).await;
    let replayed = kit.runtime().replay(&Replay::to(Trainer::TYPE)).await.unwrap();
    assert_eq!((replayed.events, replayed.unreadable), (11, 0));
    kit.settle().await;
    let expected: Vec<_> = std::iter::once(100).chain(0..10).map(|n| (n, true)).collect();
    assert_eq!(*heard.trainer.lock().unwrap(), expected);
    assert!(heard.other.lock().unwrap().is_empty());
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn by_type_alias_and_time() {
    let (folder, heard) = (tempfile::tempdir().unwrap(), Heard::default());
    let kit = kit(folder.path(), &heard).await;
    let replay = Replay::to(Trainer::TYPE).event("OLD_GAME").since(minute(3)).until(minute(6));
    let dry = kit.runtime().replay_dry_run(&replay).await.unwrap();
    kit.settle().await;
    assert!(heard.trainer.lock().unwrap().is_empty(), "a dry run emits nothing");
    let replayed = kit.runtime().replay(&replay).await.unwrap();
    assert_eq!(dry, replayed);
    kit.settle().await;
    assert_eq!(*heard.trainer.lock().unwrap(), [(3, true), (4, true), (5, true)]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_record_of_a_replay_says_what_was_asked_for_and_how_much_it_was() {
    let (folder, heard) = (tempfile::tempdir().unwrap(), Heard::default());
    let kit = kit(folder.path(), &heard).await;
    let replay = Replay::to(Trainer::TYPE).event("OLD_GAME").since(minute(3)).until(minute(6));
    kit.runtime().replay(&replay).await.unwrap();
    let row = &kit.runtime().audit(1).await.unwrap()[0];
    let asked = "trainer, OLD_GAME, since 1970-01-01T00:03:00Z, until 1970-01-01T00:06:00Z";
    assert_eq!(
        (row.action.as_str(), row.subject.as_str(), row.outcome.as_str()),
        ("replay", asked, "3 events, 0 unreadable")
    );
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_replay_is_not_replayed() {
    let (folder, heard) = (tempfile::tempdir().unwrap(), Heard::default());
    let kit = kit(folder.path(), &heard).await;
    let replay = Replay::to(Other::TYPE);
    assert_eq!(kit.runtime().replay(&replay).await.unwrap().events, 10);
    assert_eq!(kit.runtime().replay(&replay).await.unwrap().events, 10);
    kit.settle().await;
    assert_eq!(heard.other.lock().unwrap().len(), 20);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_can_not_be_replayed_is_told() {
    let (folder, heard) = (tempfile::tempdir().unwrap(), Heard::default());
    let kit = kit(folder.path(), &heard).await;
    let told = async |replay: Replay| kit.runtime().replay(&replay).await.unwrap_err().to_string();
    assert_eq!(
        told(Replay::to(Other::TYPE).event("REPLAYD_GAME")).await,
        "`other` handles no durable event `REPLAYD_GAME`; did you mean `REPLAYED_GAME`?"
    );
    assert_eq!(told(Replay::to(EventRouter::TYPE)).await, "`event_router` handles no durable event");
    kit.finish().await;
    let without = TestKit::builder().start().await;
    let error = without.runtime().replay(&Replay::to(EventRouter::TYPE)).await.unwrap_err();
    assert_eq!(error.to_string(), "this runtime has no store, so nothing is kept; give the builder a `data_dir`");
    without.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_disabled_daemon_gets_none_and_the_operator_is_told_so() {
    let (folder, heard) = (tempfile::tempdir().unwrap(), Heard::default());
    let kit = kit(folder.path(), &heard).await;
    let (runtime, replay) = (kit.runtime(), Replay::to(Trainer::TYPE));
    runtime.disable_daemon(Trainer::TYPE, Dependents::Refuse).await.unwrap();
    let expected =
        "nothing is owed to `trainer`, which is disabled: an operator disabled it; enable it, and replay again";
    assert_eq!(runtime.replay(&replay).await.unwrap_err().to_string(), expected);
    assert_eq!(runtime.replay_dry_run(&replay).await.unwrap_err().to_string(), expected);
    assert_eq!(runtime.audit(1).await.unwrap()[0].outcome, expected);
    runtime.enable_daemon(Trainer::TYPE).await.unwrap();
    assert_eq!(runtime.replay(&replay).await.unwrap().events, 11);
    kit.settle().await;
    assert_eq!(heard.trainer.lock().unwrap().len(), 11);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_is_not_selected_gets_none_and_one_that_was_stopped_gets_them_later() {
    let (folder, heard) = (tempfile::tempdir().unwrap(), Heard::default());
    kit(folder.path(), &heard).await.finish().await;
    let kit = TestKit::builder().daemon::<Trainer>().daemon::<Wisher>().provide(heard.clone());
    let kit = kit.data_dir(folder.path()).start().await;
    let runtime = kit.runtime();
    let refused = runtime.replay(&Replay::to(Other::TYPE)).await.unwrap_err().to_string();
    assert_eq!(refused, "nothing is owed to `other`, which is stopped: not selected; start it, and replay again");
    runtime.stop_daemon(Trainer::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(runtime.replay(&Replay::to(Trainer::TYPE)).await.unwrap().events, 11);
    runtime.start_daemon(Trainer::TYPE).unwrap();
    kit.settle().await;
    assert_eq!(heard.trainer.lock().unwrap().len(), 11);
    kit.finish().await;
}
