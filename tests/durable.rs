//! Durable events: on disk before their emit returns, and until their handlers have settled them.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use ringrift_core::{prelude::*, runtime::Dependents, testing::TestKit};
use serde::{Deserialize, Serialize};

/// A number that must not be lost.
#[event("DURABLE_NUMBER", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Number(u32);

/// A number that may be.
#[event("TRANSIENT_NUMBER", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Light(u32);

/// What a reader has handled, and whether it may.
#[derive(Debug, Clone, Default)]
struct Seen {
    numbers: Arc<Mutex<Vec<u32>>>,
    fails: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
}

impl Seen {
    fn list(&self) -> Vec<u32> {
        self.numbers.lock().expect("no test panics in it").clone()
    }
}

/// Keeps what it hears.
#[daemon(category = "misc", mailbox = 4, register = false)]
struct Reader {
    #[inject]
    seen: Seen,
}

impl Daemon for Reader {}

#[handlers]
impl Reader {
    #[on_event("DURABLE_NUMBER")]
    async fn on_number(&self, number: &Number, cx: &Context<Self>) -> DaemonResult {
        if self.seen.hangs.load(SeqCst) {
            cx.shutdown().cancelled().await;
            std::future::pending::<()>().await;
        }
        if self.seen.fails.load(SeqCst) {
            return Err("told to fail".into());
        }
        self.seen.numbers.lock().expect("no test panics in it").push(number.0);
        Ok(())
    }

    #[on_event("TRANSIENT_NUMBER")]
    async fn on_light(&self, number: &Light, _cx: &Context<Self>) -> DaemonResult {
        self.seen.numbers.lock().expect("no test panics in it").push(number.0);
        Ok(())
    }
}

async fn kit(folder: &Path, seen: &Seen) -> TestKit {
    TestKit::builder().daemon::<Reader>().provide(seen.clone()).data_dir(folder).start().await
}

#[tokio::test(start_paused = true)]
async fn a_durable_event_reaches_its_handler() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let kit = kit(folder.path(), &seen).await;
    kit.emit(Number(1)).await;
    kit.emit(Light(2)).await;
    kit.emit(Number(3)).await;
    kit.settle().await;
    assert_eq!(seen.list(), [1, 2, 3]);
    let snapshot = kit.snapshot();
    let emitted = snapshot.events.iter().find(|event| event.name == "DURABLE_NUMBER").map(|event| event.emitted);
    assert_eq!(emitted, Some(2));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_handled_is_not_delivered_again() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let first = kit(folder.path(), &seen).await;
    first.emit(Number(1)).await;
    first.settle().await;
    first.finish().await;
    let second = kit(folder.path(), &seen).await;
    second.emit(Number(2)).await;
    second.settle().await;
    second.finish().await;
    assert_eq!(seen.list(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn what_a_stopped_daemon_is_owed_waits_for_the_next_process() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let first = kit(folder.path(), &seen).await;
    first.runtime().stop_daemon(Reader::TYPE, Dependents::Refuse).await.expect("nothing depends on it");
    for n in 0..10 {
        first.emit(Number(n)).await;
    }
    let mailbox = first.snapshot().daemons.iter().find_map(|daemon| daemon.mailbox).expect("the reader's");
    assert_eq!((mailbox.queued, mailbox.in_store), (4, 6));
    let report = first.runtime().shutdown().await;
    assert_eq!((report.undelivered, report.kept), (10, 10));
    first.finish().await;
    assert!(seen.list().is_empty());
    let second = kit(folder.path(), &seen).await;
    second.settle().await;
    assert_eq!(seen.list(), (0..10).collect::<Vec<_>>());
    second.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_mailbox_leaves_durable_events_in_the_store_and_in_order() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let kit = kit(folder.path(), &seen).await;
    for n in 0..500 {
        kit.emit(Number(n)).await;
    }
    kit.settle().await;
    assert_eq!(seen.list(), (0..500).collect::<Vec<_>>());
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_handler_leaves_a_dead_letter_that_recovers_once() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let first = kit(folder.path(), &seen).await;
    first.expect_failures_of(Reader::TYPE);
    seen.fails.store(true, SeqCst);
    first.emit(Number(1)).await;
    first.settle().await;
    assert_eq!(first.snapshot().dead_letters.len(), 1);
    seen.fails.store(false, SeqCst);
    first.advance(std::time::Duration::from_secs(80)).await;
    assert_eq!(seen.list(), [1]);
    first.finish().await;
    let second = kit(folder.path(), &seen).await;
    second.settle().await;
    second.finish().await;
    assert_eq!(seen.list(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_cut_off_by_the_stop_is_repeated() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let first = kit(folder.path(), &seen).await;
    seen.hangs.store(true, SeqCst);
    first.emit(Number(1)).await;
    let report = first.runtime().shutdown().await;
    assert_eq!(report.undelivered, 1);
    first.finish().await;
    seen.hangs.store(false, SeqCst);
    let second = kit(folder.path(), &seen).await;
    second.settle().await;
    assert_eq!(seen.list(), [1]);
    second.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_event_that_nobody_hears_is_stored_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let kit = TestKit::builder().data_dir(folder.path()).start().await;
    kit.emit(Number(7)).await;
    kit.finish().await;
    let stored = rusqlite::Connection::open(folder.path().join("ringrift.db")).expect("the store");
    let payload: String = stored.query_row("SELECT payload FROM events", [], |row| row.get(0)).expect("one event");
    assert_eq!(payload, "7");
}

#[tokio::test(start_paused = true)]
async fn without_a_folder_the_kit_makes_one_for_durable_events() {
    let seen = Seen::default();
    let kit = TestKit::builder().daemon::<Reader>().provide(seen.clone()).start().await;
    kit.emit(Number(1)).await;
    kit.settle().await;
    let file = kit.snapshot().runtime.store.expect("there is a store").file;
    assert!(Path::new(&file).exists());
    kit.finish().await;
    assert_eq!(seen.list(), [1]);
    assert!(!Path::new(&file).exists());
}

#[tokio::test(start_paused = true)]
async fn a_second_process_on_the_folder_is_refused() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let first = kit(folder.path(), &seen).await;
    let second = || TestKit::builder().daemon::<Reader>().provide(seen.clone()).data_dir(folder.path()).try_start();
    let error = second().await.err().expect("the folder is taken").to_string();
    assert!(error.starts_with("another runtime of this process has the data folder"), "{error}");
    // The holder has noted its number, as a process with another one does.
    let lock = folder.path().join("ringrift.lock");
    assert_eq!(std::fs::read_to_string(&lock).expect("it is there"), std::process::id().to_string());
    std::fs::write(&lock, "7").expect("it may be written");
    let error = second().await.err().expect("the folder is taken").to_string();
    assert!(error.starts_with("another process, 7, has the data folder"), "{error}");
    first.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_newer_file_is_refused() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    kit(folder.path(), &seen).await.finish().await;
    let file = rusqlite::Connection::open(folder.path().join("ringrift.db")).expect("the store");
    file.pragma_update(None, "user_version", 1000).expect("a newer version");
    let second = TestKit::builder().daemon::<Reader>().provide(seen).data_dir(folder.path()).try_start().await;
    let error = second.err().expect("it is newer").to_string();
    assert!(error.contains("schema 1000; this one knows up to 3"), "{error}");
}

/// Damages the page of an index.
fn flip_a_byte(file: &Path) {
    let store = rusqlite::Connection::open(file).expect("the store");
    let select = "SELECT (rootpage - 1) * page_size FROM sqlite_schema, pragma_page_size WHERE name = 'by_type'";
    let place: u32 = store.query_row(select, [], |row| row.get(0)).expect("it has a page");
    drop(store);
    let mut bytes = std::fs::read(file).expect("it is there");
    bytes[place as usize] ^= 1;
    std::fs::write(file, bytes).expect("it may be written");
}

#[tokio::test(start_paused = true)]
async fn damage_of_the_file_is_told_by_the_snapshot_and_what_can_be_read_goes_on() {
    let (folder, seen) = (tempfile::tempdir().expect("a folder"), Seen::default());
    let damage = |kit: &TestKit| kit.snapshot().runtime.store.expect("there is a store").damage;
    let first = kit(folder.path(), &seen).await;
    assert_eq!(damage(&first), [""; 0]);
    first.runtime().stop_daemon(Reader::TYPE, Dependents::Refuse).await.expect("nothing depends on it");
    for n in 1..=3 {
        first.emit(Number(n)).await;
    }
    first.finish().await;
    flip_a_byte(&folder.path().join("ringrift.db"));
    let second = kit(folder.path(), &seen).await;
    let told = damage(&second);
    assert!(told.len() > 1 && told[told.len() - 1].starts_with("the damaged file is kept as `"), "{told:?}");
    second.emit(Number(4)).await;
    second.settle().await;
    assert_eq!(seen.list(), [1, 2, 3, 4]);
    second.finish().await;
    let third = kit(folder.path(), &seen).await;
    assert_eq!(damage(&third), [""; 0], "it is told once");
    third.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_payload_over_a_mebibyte_is_refused() {
    #[event("DURABLE_TEXT", external, durable)]
    #[derive(Serialize, Deserialize)]
    struct Text(String);

    let folder = tempfile::tempdir().expect("a folder");
    let kit = TestKit::builder().data_dir(folder.path()).start().await;
    let fits = "x".repeat((1 << 20) - 2);
    kit.emit(Text(fits.clone())).await;
    let error = kit.runtime().emit(Text(fits + "x")).await.expect_err("it is too long");
    assert_eq!(
        error.to_string(),
        "`DURABLE_TEXT` was not emitted: its payload has 1048577 bytes as JSON, and 1048576 is the most; \
         store it elsewhere, and emit where it is"
    );
    kit.finish().await;
}
