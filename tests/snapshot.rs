//! The snapshot: the one value that every view shows.

use std::collections::BTreeMap;

use ringrift_core::{prelude::*, runtime::snapshot::Snapshot, testing::TestKit};

use crate::desk::{Ask, Desk, Does, Work, Worker, options};

/// Emits work.
///
/// And has more to say, which no view shows.
#[daemon(category = "queue", cycle = "1h", jitter = "1s", emits = [Work], critical, register = false)]
struct Planner;

impl Daemon for Planner {
    idle!();
}

/// Every option with a value of its own.
#[daemon(
    category = "misc", schedule = "0 3 * * *", tz = "Europe/Berlin", jitter = "1m 1s", cycle_timeout = "2m",
    handler_timeout = "3s", start_timeout = "4s", stop_timeout = "5s 500ms", stall_after = "6s", startup_grace = "7s",
    restart = "always", max_restarts = 8, backoff = ("9s", "10s"), restart_reset = "11s", on_exhausted = "retry_slow",
    on_unhealthy = "restart", critical, health_check_interval = "12s", mailbox = 13, overflow = "drop_newest",
    concurrency = 14, register = false
)]
struct Opinionated;

impl Daemon for Opinionated {
    idle!();
}

async fn small_runtime() -> TestKit {
    let builder = TestKit::builder().daemon::<Planner>().daemon::<Worker>().provide(Desk::default());
    let kit = builder.config(&options("mailbox = 64")).start().await;
    kit.expect_failures_of(Worker::TYPE);
    kit.work(1, Does::Well).await;
    kit.work(2, Does::Err).await;
    kit.seconds(45).await;
    kit
}

/// Without what differs from one run, or one edit of a file, to the next.
fn redacted(mut snapshot: Snapshot) -> Snapshot {
    snapshot.runtime.pid = 0;
    snapshot.runtime.version = "[version]".into();
    for daemon in &mut snapshot.daemons {
        let (file, _line) = daemon.place.rsplit_once(':').unwrap();
        daemon.place = format!("{file}:[line]");
    }
    for letter in &mut snapshot.dead_letters {
        letter.event_id = ringrift_core::EventId::default();
    }
    snapshot
}

#[tokio::test(start_paused = true)]
async fn a_small_runtime_is_shown_whole() {
    let kit = small_runtime().await;
    insta::assert_json_snapshot!(redacted(kit.snapshot()));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn it_serialises_and_deserialises_to_itself() {
    let kit = small_runtime().await;
    let snapshot = kit.snapshot();
    let text = serde_json::to_string(&snapshot).unwrap();
    assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), snapshot);
    kit.finish().await;
}

/// The options of a daemon, as the snapshot words them.
async fn shown<D: Daemon>(ty: DaemonType) -> BTreeMap<String, String> {
    let kit = TestKit::builder().daemon::<D>().start().await;
    let shown = kit.daemon(ty).options;
    kit.finish().await;
    shown
}

#[tokio::test(start_paused = true)]
async fn every_option_has_its_text() {
    let expected = [
        ("backoff", "9s to 10s", "1s to 1m"),
        ("concurrency", "14", "1"),
        ("critical", "true", "true"),
        ("cycle_timeout", "2m", "none"),
        ("handler_timeout", "3s", "30s"),
        ("health_check_interval", "12s", "30s"),
        ("jitter", "1m 1s", "1s"),
        ("mailbox", "13", "1024"),
        ("max_restarts", "8", "5"),
        ("on_exhausted", "retry_slow", "escalate"),
        ("on_unhealthy", "restart", "report"),
        ("overflow", "drop_newest", "block"),
        ("restart", "always", "on_failure"),
        ("restart_reset", "11s", "5m"),
        ("schedule", "0 3 * * * Europe/Berlin", "every 1h"),
        ("stall_after", "6s", "1m"),
        ("start_timeout", "4s", "30s"),
        ("startup_grace", "7s", "30s"),
        ("stop_timeout", "5s 500ms", "5s"),
    ];
    let opinionated = expected.map(|(name, text, _)| (name.to_owned(), text.to_owned()));
    assert_eq!(shown::<Opinionated>(Opinionated::TYPE).await, BTreeMap::from(opinionated));
    let default = expected.map(|(name, _, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(shown::<Planner>(Planner::TYPE).await, BTreeMap::from(default));
}
