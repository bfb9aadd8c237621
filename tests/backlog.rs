//! What waits in the store because the mailbox is full, or nobody read it: it comes in order, whatever else comes.

use std::sync::{Arc, Mutex};

use ringrift_core::{DeadReason, Registry, Runtime, prelude::*, runtime::Dependents, testing::TestKit};
use rusqlite::Connection;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::look::secs;

/// A number that waits in the store.
#[event("BACKLOG_NUMBER", external, durable)]
#[derive(Debug, Clone, Serialize)]
struct Number(u32);

/// A number that nobody can read.
const CURSED: u32 = 666;

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(deserializer)?;
        assert!(number != CURSED, "the number is cursed");
        if number == CURSED + 1 { Err(D::Error::custom("it is next to a cursed one")) } else { Ok(Self(number)) }
    }
}

/// A number of which only the newest matters.
#[event("BACKLOG_LIGHT", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Light(u32);

/// An event of a megabyte, of which not many are read at once.
#[event("BACKLOG_LARGE", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Large {
    number: u32,
    text: String,
}

impl Large {
    fn new(number: u32) -> Self {
        Self { number, text: "x".repeat((1 << 20) - 100) }
    }
}

/// An event that panics when it is dropped, and that nobody wants.
#[event("BACKLOG_BOMB", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Bomb {
    is_armed: bool,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.is_armed, "the bomb went off");
    }
}

/// What the readers have handled, and what holds them up.
#[derive(Debug, Clone)]
struct Seen {
    numbers: Arc<Mutex<Vec<u32>>>,
    /// One permit lets one light number go.
    gate: Arc<Semaphore>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { numbers: Arc::default(), gate: Arc::new(Semaphore::new(0)) }
    }
}

impl Seen {
    fn list(&self) -> Vec<u32> {
        self.numbers.lock().unwrap().clone()
    }

    fn note(&self, number: u32) -> DaemonResult {
        self.numbers.lock().unwrap().push(number);
        Ok(())
    }
}

/// Handles one at a time.
#[daemon(category = "misc", mailbox = 4, register = false)]
struct Reader {
    #[inject]
    seen: Seen,
}

impl Daemon for Reader {}

#[handlers]
impl Reader {
    #[on_event("BACKLOG_NUMBER", breaker = "off")]
    async fn on_number(&self, number: &Number, _cx: &Context<Self>) -> DaemonResult {
        self.seen.note(number.0)
    }
}

/// Hears large and small ones.
#[daemon(category = "misc", register = false)]
struct Patient {
    #[inject]
    seen: Seen,
}

impl Daemon for Patient {}

#[handlers]
impl Patient {
    #[on_event("BACKLOG_LARGE")]
    async fn on_large(&self, large: &Large, _cx: &Context<Self>) -> DaemonResult {
        self.seen.note(large.number)
    }

    #[on_event("BACKLOG_NUMBER")]
    async fn on_number(&self, number: &Number, _cx: &Context<Self>) -> DaemonResult {
        self.seen.note(number.0)
    }
}

/// Handles two at once, and is slow with what is light.
#[daemon(category = "misc", mailbox = 4, concurrency = 2, register = false)]
struct Twofold {
    #[inject]
    seen: Seen,
}

impl Daemon for Twofold {}

#[handlers]
impl Twofold {
    #[on_event("BACKLOG_NUMBER")]
    async fn on_number(&self, number: &Number, _cx: &Context<Self>) -> DaemonResult {
        self.seen.note(number.0)
    }

    #[on_event("BACKLOG_LIGHT", timeout = "1h")]
    async fn on_light(&self, _number: &Light, _cx: &Context<Self>) -> DaemonResult {
        self.seen.gate.acquire().await?.forget();
        Ok(())
    }
}

async fn reader(folder: &TempDir, seen: &Seen) -> TestKit {
    TestKit::builder().daemon::<Reader>().provide(seen.clone()).data_dir(folder.path()).start().await
}

/// Numbers that wait in the store for a process that has ended.
async fn left_behind(folder: &TempDir, numbers: impl IntoIterator<Item = u32>) {
    let kit = reader(folder, &Seen::default()).await;
    kit.runtime().stop_daemon(Reader::TYPE, Dependents::Refuse).await.unwrap();
    for number in numbers {
        kit.emit(Number(number)).await;
    }
    kit.finish().await;
}

fn set_up() -> (TempDir, Seen) {
    (tempfile::tempdir().unwrap(), Seen::default())
}

#[tokio::test(start_paused = true)]
async fn more_unreadable_events_in_a_row_than_a_mailbox_holds_hold_nothing_up() {
    let (folder, seen) = set_up();
    left_behind(&folder, 0..=20).await;
    let store = Connection::open(folder.path().join("ringrift.db")).unwrap();
    store.execute("UPDATE events SET payload = 'nonsense' WHERE seq <= 20", []).unwrap();
    drop(store);
    let kit = reader(&folder, &seen).await;
    kit.expect_dead_letters();
    kit.settle().await;
    assert_eq!(seen.list(), [20]);
    assert_eq!(kit.snapshot().dead_letters.len(), 20);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_type_that_panics_when_it_is_read_costs_that_event_only() {
    let (folder, seen) = set_up();
    left_behind(&folder, [1, CURSED, CURSED + 1, 2]).await;
    let kit = reader(&folder, &seen).await;
    kit.expect_dead_letters();
    kit.settle().await;
    kit.emit(Number(3)).await;
    kit.settle().await;
    assert_eq!(seen.list(), [1, 2, 3]);
    let letters = kit.runtime().dead_letters().list(&Default::default());
    let reasons: Vec<_> = letters.iter().map(|letter| (letter.reason, letter.error.clone())).collect();
    assert!(reasons.iter().all(|(reason, _)| *reason == DeadReason::Schema), "{reasons:?}");
    kit.finish().await;
}

#[tokio::test]
async fn an_event_that_panics_when_it_is_dropped_does_not_end_the_store() {
    let folder = tempfile::tempdir().unwrap();
    // Not of the kit, which would keep the event.
    let runtime = Runtime::builder().registry(Registry::empty()).data_dir(folder.path()).start().await.unwrap();
    runtime.emit(Bomb { is_armed: true }).await.unwrap();
    runtime.emit(Number(1)).await.unwrap();
    runtime.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_beside_others_does_not_hold_up_what_waits_in_the_store() {
    let (folder, seen) = set_up();
    let kit = TestKit::builder().daemon::<Twofold>().provide(seen.clone()).data_dir(folder.path()).start().await;
    kit.emit(Light(1)).await;
    kit.emit(Light(2)).await;
    for number in 0..10 {
        kit.emit(Number(number)).await;
    }
    let mailbox = kit.snapshot().daemons.iter().find_map(|daemon| daemon.mailbox).unwrap();
    assert_eq!((mailbox.queued, mailbox.in_store), (4, 8));
    seen.gate.add_permits(1);
    kit.advance(secs(10)).await;
    let mut handled = seen.list();
    handled.sort_unstable();
    assert_eq!(handled, (0..10).collect::<Vec<_>>());
    seen.gate.add_permits(1);
    kit.settle().await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn large_events_that_wait_are_read_in_pages_and_stay_in_order() {
    let (folder, seen) = set_up();
    let kit = || TestKit::builder().daemon::<Patient>().provide(seen.clone()).data_dir(folder.path());
    let first = kit().start().await;
    first.runtime().stop_daemon(Patient::TYPE, Dependents::Refuse).await.unwrap();
    for number in 0..20 {
        first.emit(Large::new(2 * number)).await;
        first.emit(Number(2 * number + 1)).await;
    }
    first.finish().await;
    let second = kit().start().await;
    second.settle().await;
    assert_eq!(seen.list(), (0..40).collect::<Vec<_>>());
    second.finish().await;
}
