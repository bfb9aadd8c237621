//! More dead letters of transient events than the store can take: the process goes on, and says so.

use std::path::Path;

use ringrift_core::{
    AccountSnapshot,
    prelude::*,
    runtime::{Dependents, letters::LetterFilter},
    testing::TestKit,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// So many letters of transient events may be on their way to the disk.
const ON_THEIR_WAY: u64 = 4096;

#[event("FLOOD_LIGHT", external)]
#[derive(Serialize, Deserialize)]
struct Light(u64);

#[event("FLOOD_DURABLE", external, durable)]
#[derive(Serialize, Deserialize)]
struct Durable(u64);

/// Has room for one event, and fails.
#[daemon(category = "misc", mailbox = 1, register = false)]
struct Narrow;
impl Daemon for Narrow {}

#[handlers]
impl Narrow {
    #[on_event("FLOOD_LIGHT", breaker = "off")]
    async fn on_light(&self, _light: &Light, _cx: &Context<Self>) -> DaemonResult {
        Err("told to fail".into())
    }

    #[on_event("FLOOD_DURABLE", breaker = "off")]
    async fn on_durable(&self, _durable: &Durable, _cx: &Context<Self>) -> DaemonResult {
        Err("told to fail".into())
    }
}

async fn kit(folder: &Path) -> TestKit {
    let kit = TestKit::builder().daemon::<Narrow>().data_dir(folder).start().await;
    kit.expect_failures_of(Narrow::TYPE);
    kit.expect_dead_letters();
    kit
}

/// Fills the mailbox of a daemon that is stopped, while nothing can be written.
async fn flood(folder: &Path, kit: &TestKit, count: u64) {
    kit.runtime().stop_daemon(Narrow::TYPE, Dependents::Refuse).await.unwrap();
    let other = Connection::open(folder.join("ringrift.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for number in 0..count {
        kit.emit(Light(number)).await;
    }
    other.execute_batch("COMMIT").unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_the_store_has_no_room_for_is_not_written_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let kit = kit(folder.path()).await;
    flood(folder.path(), &kit, 5000).await;
    let counts = kit.snapshot().dead_letter_counts;
    let letters = 5000 - 1;
    assert_eq!((counts.pending, counts.unwritten_total), (letters, letters - ON_THEIR_WAY));
    let expected = AccountSnapshot { owed: 5000, dead: letters, ..AccountSnapshot::default() };
    assert_eq!(kit.snapshot().deliveries, expected, "one is in the mailbox");
    kit.finish().await;
    let next = self::kit(folder.path()).await;
    assert_eq!(next.runtime().dead_letters().list(&LetterFilter::default()).len() as u64, ON_THEIR_WAY);
    next.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_an_operator_imports_is_written_however_much_it_is() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let kit = kit(folder.path()).await;
    flood(folder.path(), &kit, 5000).await;
    let mut lines = Vec::new();
    assert_eq!(kit.runtime().dead_letters().export(&LetterFilter::default(), &mut lines).unwrap(), 4999);
    kit.finish().await;
    let kit = self::kit(elsewhere.path()).await;
    let other = Connection::open(elsewhere.path().join("ringrift.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(kit.runtime().dead_letters().import(&*lines).unwrap().len(), 4999);
    assert_eq!(kit.snapshot().dead_letter_counts.unwritten_total, 0);
    other.execute_batch("COMMIT").unwrap();
    kit.finish().await;
    let next = self::kit(elsewhere.path()).await;
    assert_eq!(next.runtime().dead_letters().list(&LetterFilter::default()).len(), 4999);
    next.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_storm_fills_neither_memory_nor_disk_and_durable_letters_are_all_written() {
    let folder = tempfile::tempdir().unwrap();
    let kit = kit(folder.path()).await;
    for number in 0..20 {
        kit.emit(Durable(number)).await;
    }
    kit.settle().await;
    flood(folder.path(), &kit, 30_000).await;
    let account = kit.snapshot().deliveries;
    let expected = AccountSnapshot { owed: 30_020, dead: 10_000 + 20, discarded: 30_000 - 1 - 10_000, ..account };
    assert_eq!(account, expected, "one is in the mailbox");
    kit.finish().await;
    let store = Connection::open(folder.path().join("ringrift.db")).unwrap();
    let count =
        |of: &str| store.query_row(&format!("SELECT COUNT(*) FROM {of}"), [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(count("events"), 20, "what was pushed out is gone from there too");
    assert_eq!(
        count("events e JOIN deliveries d ON d.event = e.seq WHERE e.event = 'FLOOD_DURABLE' AND d.state = 2"),
        20
    );
}
