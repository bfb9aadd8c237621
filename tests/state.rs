//! `cx.state()`: what a daemon keeps over restarts and processes.

use std::{path::Path, time::Duration};

use ringrift_core::{StateError, prelude::*, testing::TestKit};
use serde::{Deserialize, Serialize};

/// How far it has come.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    cycles: u32,
}

/// What a later version keeps.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct LaterProgress {
    cycles: u32,
    name: String,
}

/// Counts its cycles over all its lives.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Counter;

impl Daemon for Counter {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.state().update(|progress: &mut Progress| progress.cycles += 1).await?;
        Ok(())
    }
}

/// Hands its context to the test.
#[daemon(category = "misc", register = false)]
struct Probe {
    context: std::sync::Mutex<Option<Context<Probe>>>,
}

impl Daemon for Probe {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        *self.context.lock().expect("no panic") = Some(cx.clone());
        Ok(())
    }
}

impl Probe {
    fn cx(&self) -> Context<Self> {
        self.context.lock().expect("no panic").clone().expect("it has started")
    }
}

async fn probe(folder: &Path) -> TestKit {
    TestKit::builder().daemon::<Probe>().data_dir(folder).start().await
}

/// Takes the context out, which would hold the daemon when it stops.
fn release(kit: &TestKit) {
    kit.get::<Probe>().context.lock().expect("no panic").take();
}

fn stored(folder: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.join("ringrift.db")).expect("the store")
}

#[tokio::test(start_paused = true)]
async fn a_state_outlives_restarts_and_processes() {
    let folder = tempfile::tempdir().expect("a folder");
    for _process in 0..2 {
        let kit = TestKit::builder().daemon::<Counter>().data_dir(folder.path()).start().await;
        kit.advance(Duration::from_secs(30)).await;
        kit.runtime().restart_daemon(Counter::TYPE).expect("it runs");
        kit.advance(Duration::from_secs(30)).await;
        kit.finish().await;
    }
    let value: String =
        stored(folder.path()).query_row("SELECT value FROM states", [], |row| row.get(0)).expect("one state");
    assert_eq!(value, r#"{"cycles":4}"#);
}

#[tokio::test(start_paused = true)]
async fn nothing_saved_is_the_default() {
    let folder = tempfile::tempdir().expect("a folder");
    let kit = probe(folder.path()).await;
    let cx = kit.get::<Probe>().cx();
    assert_eq!(cx.state::<Progress>().load().await, Ok(Progress::default()));
    drop(cx);
    release(&kit);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_later_version_reads_what_an_earlier_one_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let kit = probe(folder.path()).await;
    let cx = kit.get::<Probe>().cx();
    cx.state().save(&Progress { cycles: 3 }).await.expect("it is saved");
    let later: LaterProgress = cx.state().load().await.expect("it is read");
    assert_eq!(later, LaterProgress { cycles: 3, name: String::new() });
    cx.state().save(&LaterProgress { cycles: 4, name: "x".into() }).await.expect("it is saved");
    assert_eq!(cx.state::<Progress>().load().await, Ok(Progress { cycles: 4 }));
    drop(cx);
    release(&kit);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn names_keep_several_values_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let kit = probe(folder.path()).await;
    let cx = kit.get::<Probe>().cx();
    cx.state_named("a").save(&1_u32).await.expect("it is saved");
    cx.state_named("b").save(&2_u32).await.expect("it is saved");
    assert_eq!(cx.state_named::<u32>("a").load().await, Ok(1));
    assert_eq!(cx.state_named::<u32>("b").load().await, Ok(2));
    drop(cx);
    release(&kit);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn updates_of_one_value_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let kit = probe(folder.path()).await;
    let cx = kit.get::<Probe>().cx();
    let helpers: Vec<_> = (0..20)
        .map(|_| {
            let own = cx.clone();
            cx.spawn(async move { own.state().update(|progress: &mut Progress| progress.cycles += 1).await })
        })
        .collect();
    for helper in helpers {
        helper.await.expect("no panic").expect("it is saved");
    }
    assert_eq!(cx.state::<Progress>().load().await, Ok(Progress { cycles: 20 }));
    drop(cx);
    release(&kit);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_damaged_state_is_an_error_that_names_it_and_a_save_replaces_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let kit = probe(folder.path()).await;
    let cx = kit.get::<Probe>().cx();
    cx.state().save(&Progress { cycles: 3 }).await.expect("it is saved");
    stored(folder.path()).execute("UPDATE states SET value = '{\"cycles\":9}'", []).expect("damaged");
    let error = cx.state::<Progress>().load().await.expect_err("it is damaged");
    assert!(
        error.to_string().starts_with("`state` of `probe` in the store can't be read: its checksum is "),
        "{error}"
    );
    cx.state().save(&Progress { cycles: 4 }).await.expect("it is saved");
    assert_eq!(cx.state::<Progress>().load().await, Ok(Progress { cycles: 4 }));
    drop(cx);
    release(&kit);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_store_it_says_what_to_do() {
    let kit = TestKit::builder().daemon::<Probe>().start().await;
    let cx = kit.get::<Probe>().cx();
    let error = cx.state::<Progress>().load().await.expect_err("there is no store");
    assert_eq!(error, StateError::NoStore { daemon: Probe::TYPE });
    assert!(error.to_string().ends_with("give the builder a `data_dir`"), "{error}");
    drop(cx);
    release(&kit);
    kit.finish().await;
}
