//! What is kept of durable events, and for how long.

use std::{path::Path, time::Duration};

use ringrift_core::{prelude::*, testing::TestKit};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// Kept for as long as nobody says otherwise.
#[event("KEPT_BY_DEFAULT", external, durable)]
#[derive(Serialize, Deserialize)]
struct ByDefault(u32);

#[event("KEPT_FOR_AN_HOUR", external, durable, retention = "1h")]
#[derive(Serialize, Deserialize)]
struct ForAnHour(u32);

#[event("KEPT_FOR_EVER", external, durable, retention = "forever")]
#[derive(Serialize, Deserialize)]
struct ForEver(u32);

#[event("KEPT_BY_SIZE", external, durable, retention = "forever", retention_size = "1kB")]
#[derive(Serialize, Deserialize)]
struct BySize(String);

/// Never gets to it.
#[daemon(category = "misc", register = false)]
struct Sleeper;
impl Daemon for Sleeper {}

#[handlers]
impl Sleeper {
    #[on_event("KEPT_FOR_AN_HOUR")]
    async fn on_it(&self, _it: &ForAnHour, cx: &Context<Self>) -> DaemonResult {
        cx.shutdown().cancelled().await;
        std::future::pending().await
    }
}

/// Lets the types be known to the runtime.
#[daemon(category = "misc", emits = [ByDefault, ForAnHour, ForEver, BySize], register = false)]
struct Source;
impl Daemon for Source {}

const HOUR: Duration = Duration::from_secs(3600);

fn kept(folder: &Path, event: &str) -> u32 {
    let store = Connection::open(folder.join("ringrift.db")).unwrap();
    store.query_row("SELECT COUNT(*) FROM events WHERE event = ?", [event], |row| row.get(0)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_settled_goes_with_its_age_and_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let kit = TestKit::builder().daemon::<Source>().data_dir(folder.path()).start().await;
    for n in 0..3 {
        kit.emit(ByDefault(n)).await;
        kit.emit(ForAnHour(n)).await;
        kit.emit(ForEver(n)).await;
    }
    let all = |folder: &Path| ["KEPT_BY_DEFAULT", "KEPT_FOR_AN_HOUR", "KEPT_FOR_EVER"].map(|event| kept(folder, event));
    kit.advance(HOUR - Duration::from_secs(61)).await;
    assert_eq!(all(folder.path()), [3, 3, 3]);
    kit.advance(Duration::from_secs(125)).await;
    assert_eq!(all(folder.path()), [3, 0, 3]);
    kit.advance(7 * 24 * HOUR - HOUR - Duration::from_secs(130)).await;
    assert_eq!(all(folder.path()), [3, 0, 3], "a week is the default");
    kit.advance(Duration::from_secs(200)).await;
    assert_eq!(all(folder.path()), [0, 0, 3]);
    let snapshot = kit.snapshot();
    let of = |name: &str| snapshot.events.iter().find(|event| event.name == name).unwrap();
    assert_eq!((of("KEPT_FOR_AN_HOUR").pruned, of("KEPT_FOR_EVER").pruned), (3, 0));
    assert_eq!(of("KEPT_FOR_AN_HOUR").retention.as_deref(), Some("1h"));
    assert_eq!(of("KEPT_BY_SIZE").retention.as_deref(), Some("forever, up to 1000 bytes"));
    kit.finish().await;
    let again = TestKit::builder().daemon::<Source>().data_dir(folder.path()).start().await;
    assert_eq!(again.snapshot().runtime.store.unwrap().damage, [""; 0], "what was removed is not missed");
    again.finish().await;
}

#[tokio::test(start_paused = true)]
async fn over_the_size_the_oldest_go() {
    let folder = tempfile::tempdir().unwrap();
    let kit = TestKit::builder().daemon::<Source>().data_dir(folder.path()).start().await;
    for _ in 0..5 {
        kit.emit(BySize("x".repeat(298))).await;
    }
    kit.advance(Duration::from_secs(61)).await;
    assert_eq!(kept(folder.path(), "KEPT_BY_SIZE"), 3, "900 bytes fit, 1200 do not");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_owed_stays_whatever_its_age() {
    let folder = tempfile::tempdir().unwrap();
    let kit = TestKit::builder().daemon::<Sleeper>().data_dir(folder.path());
    let kit = kit.config("[daemons.sleeper.options]\nhandler_timeout = \"10h\"\nstall_after = \"20h\"").start().await;
    kit.emit(ForAnHour(1)).await;
    kit.advance(3 * HOUR).await;
    assert_eq!(kept(folder.path(), "KEPT_FOR_AN_HOUR"), 1);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_room_goes_back_to_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let kit = TestKit::builder().daemon::<Source>().data_dir(folder.path()).start().await;
    for _ in 0..300 {
        kit.emit(BySize("x".repeat(4000))).await;
    }
    let file = folder.path().join("ringrift.db");
    let store = Connection::open(&file).unwrap();
    let left = "SELECT (SELECT COUNT(*) FROM events) > 100 OR freelist_count > 0 FROM pragma_freelist_count";
    for _ in 0..200 {
        kit.advance(Duration::from_secs(60)).await;
        // The thread that writes goes by no clock of the kit: this is on disk after what was asked of it before.
        kit.emit(BySize(String::new())).await;
        if !store.query_row(left, [], |row| row.get::<_, bool>(0)).unwrap() {
            break;
        }
    }
    drop(store);
    kit.finish().await;
    let size = std::fs::metadata(file).unwrap().len();
    assert!(size < 300_000, "{size} bytes for nothing");
}
