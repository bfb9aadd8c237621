//! More dead letters of durable events than there is memory for: the rest waits in the store.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use ringrift_core::{
    AccountSnapshot, DeadLetterCounts,
    prelude::*,
    runtime::{
        Dependents,
        letters::{LetterFilter, Purge},
    },
    testing::TestKit,
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

/// So many are in memory.
const CAPACITY: u64 = 10_000;
const BEYOND: u64 = 30;
const ALL: u64 = CAPACITY + BEYOND;
/// The daemon that retries looks every 10 s.
const A_LOOK: Duration = Duration::from_secs(11);

#[event("BEYOND", external, durable)]
#[derive(Serialize, Deserialize)]
struct Number(u64);

#[derive(Debug, Clone, Default)]
struct Post {
    fails: Arc<AtomicBool>,
    done: Arc<Mutex<Vec<u64>>>,
}

impl Post {
    fn distinct(&self) -> usize {
        self.done.lock().unwrap().iter().collect::<BTreeSet<_>>().len()
    }
}

#[daemon(category = "misc", register = false)]
struct Reader {
    #[inject]
    post: Post,
}
impl Daemon for Reader {}

#[handlers]
impl Reader {
    #[on_event("BEYOND", breaker = "off")]
    async fn on_number(&self, number: &Number, _cx: &Context<Self>) -> DaemonResult {
        if self.post.fails.load(SeqCst) {
            return Err("told to fail".into());
        }
        self.post.done.lock().unwrap().push(number.0);
        Ok(())
    }
}

async fn kit(folder: &Path, post: &Post) -> TestKit {
    let kit = TestKit::builder().daemon::<Reader>().provide(post.clone()).data_dir(folder);
    let kit = kit.config("[daemons.dlq_retry]\nbatch = 1000000").start().await;
    kit.expect_failures_of(Reader::TYPE);
    kit.expect_dead_letters();
    kit
}

/// Emits all of them, many at once.
async fn emit(kit: &TestKit) {
    let mut emits = JoinSet::new();
    for number in 0..ALL {
        let runtime = kit.runtime().clone();
        emits.spawn(async move { runtime.emit(Number(number)).await.unwrap() });
    }
    emits.join_all().await;
}

fn counts(kit: &TestKit) -> DeadLetterCounts {
    DeadLetterCounts { by_reason: std::collections::BTreeMap::default(), ..kit.snapshot().dead_letter_counts }
}

fn account(kit: &TestKit) -> AccountSnapshot {
    kit.snapshot().deliveries
}

#[tokio::test(start_paused = true)]
async fn letters_of_a_handler_that_is_gone_wait_in_the_store_until_it_is_there_again() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let first = kit(folder.path(), &post).await;
    first.runtime().stop_daemon(Reader::TYPE, Dependents::Refuse).await.unwrap();
    emit(&first).await;
    first.finish().await;

    let without = TestKit::builder().data_dir(folder.path()).start().await;
    without.expect_dead_letters();
    let full = DeadLetterCounts { exhausted: CAPACITY, in_store: BEYOND, ..DeadLetterCounts::default() };
    assert_eq!(counts(&without), full);
    let ten = LetterFilter { limit: Some(10), ..LetterFilter::default() };
    assert_eq!(without.runtime().dead_letters().purge(&ten, Purge::Everything), 10);
    without.advance(A_LOOK).await;
    let fewer = BEYOND - 10;
    let expected =
        DeadLetterCounts { exhausted: CAPACITY, in_store: fewer, discarded_total: 10, ..DeadLetterCounts::default() };
    assert_eq!(counts(&without), expected, "what waits takes the room");
    without.finish().await;

    let again = kit(folder.path(), &post).await;
    again.advance(A_LOOK).await;
    assert_eq!(counts(&again), DeadLetterCounts::default(), "what its handler is owed again is no letter");
    assert_eq!((post.distinct() as u64, post.done.lock().unwrap().len() as u64), (ALL - 10, ALL - 10));
    let expected = AccountSnapshot { owed: ALL - 10, handled: ALL - 10, ..AccountSnapshot::default() };
    assert_eq!(account(&again), expected);
    again.finish().await;
}

#[tokio::test(start_paused = true)]
async fn letters_that_find_no_room_are_retried_once_there_is_some() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let first = kit(folder.path(), &post).await;
    post.fails.store(true, SeqCst);
    emit(&first).await;
    first.settle().await;
    let full = DeadLetterCounts { pending: CAPACITY, in_store: BEYOND, ..DeadLetterCounts::default() };
    assert_eq!(counts(&first), full);
    assert_eq!(account(&first), AccountSnapshot { owed: ALL, dead: ALL, ..AccountSnapshot::default() });
    first.finish().await;

    post.fails.store(false, SeqCst);
    let kit = kit(folder.path(), &post).await;
    assert_eq!(counts(&kit), full, "the next process has them too");
    assert_eq!(account(&kit), AccountSnapshot { owed: ALL, dead: ALL, ..AccountSnapshot::default() });
    kit.advance(Duration::from_secs(600)).await;
    assert_eq!((post.distinct() as u64, post.done.lock().unwrap().len() as u64), (ALL, ALL));
    assert_eq!(account(&kit), AccountSnapshot { owed: ALL, handled: ALL, ..AccountSnapshot::default() });
    assert_eq!((counts(&kit).recovered_total, counts(&kit).in_store), (ALL, 0));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_imported_while_letters_wait_for_room() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let kit = kit(folder.path(), &post).await;
    post.fails.store(true, SeqCst);
    emit(&kit).await;
    kit.settle().await;
    let (office, mut line) = (kit.runtime().dead_letters(), Vec::new());
    let one = LetterFilter { limit: Some(1), ..LetterFilter::default() };
    office.export(&one, &mut line).unwrap();
    assert_eq!(office.purge(&one, Purge::Everything), 1);
    let refused = office.import(&*line).unwrap_err();
    assert_eq!(refused.to_string(), "no dead letter is imported: there is room for 0 of 1; purge, or import fewer");
    kit.finish().await;
}
