//! Dead letters outlive the process.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use ringrift_core::{
    DeadReason, LetterState, StateName,
    prelude::*,
    runtime::letters::{DeadLetter, LetterFilter, Purge},
    testing::TestKit,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

#[event("LETTER_DURABLE", external, durable)]
#[derive(Serialize, Deserialize)]
struct Durable(u32);

#[event("LETTER_LIGHT", external)]
#[derive(Serialize, Deserialize)]
struct Light(u32);

#[derive(Debug, Clone, Default)]
struct Post {
    fails: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
    done: Arc<Mutex<Vec<u32>>>,
}

impl Post {
    fn handle(&self, number: u32) -> DaemonResult {
        if self.fails.load(SeqCst) {
            return Err(format!("no stamp on {number}").into());
        }
        self.done.lock().unwrap().push(number);
        Ok(())
    }

    fn done(&self) -> Vec<u32> {
        self.done.lock().unwrap().clone()
    }
}

#[daemon(category = "misc", handler_timeout = "20s", register = false)]
struct Clerk {
    #[inject]
    post: Post,
}
impl Daemon for Clerk {}

#[handlers]
impl Clerk {
    #[on_event("LETTER_DURABLE")]
    async fn on_durable(&self, event: &Durable, cx: &Context<Self>) -> DaemonResult {
        let hangs = self.post.hangs.load(SeqCst);
        let effect = async || if hangs { std::future::pending().await } else { Ok::<_, String>(()) };
        if event.0 >= 1000 {
            cx.once("effect", effect).await?;
        }
        self.post.handle(event.0)
    }

    #[on_event("LETTER_LIGHT")]
    async fn on_light(&self, event: &Light, _cx: &Context<Self>) -> DaemonResult {
        self.post.handle(event.0)
    }
}

async fn kit(folder: &Path, post: &Post) -> TestKit {
    let kit = TestKit::builder().daemon::<Clerk>().provide(post.clone()).data_dir(folder).start().await;
    kit.expect_failures_of(Clerk::TYPE);
    kit.expect_dead_letters();
    kit
}

fn letters(kit: &TestKit) -> Vec<DeadLetter> {
    kit.runtime().dead_letters().list(&LetterFilter::default())
}

/// A process that leaves a letter of each kind.
async fn two_letters(folder: &Path, post: &Post) -> Vec<DeadLetter> {
    let first = kit(folder, post).await;
    post.fails.store(true, SeqCst);
    first.emit(Durable(1)).await;
    first.emit(Light(2)).await;
    first.settle().await;
    let left = letters(&first);
    first.finish().await;
    post.fails.store(false, SeqCst);
    left
}

/// The store of a process that leaves three events for the next.
async fn three_wait(folder: &Path, post: &Post) -> Connection {
    let first = kit(folder, post).await;
    first.runtime().stop_daemon(Clerk::TYPE, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    for n in 1..=3 {
        first.emit(Durable(n)).await;
    }
    first.finish().await;
    Connection::open(folder.join("ringrift.db")).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_letter_is_the_same_in_the_next_process() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let before = two_letters(folder.path(), &post).await;
    let kit = kit(folder.path(), &post).await;
    let after = letters(&kit);
    assert_eq!(after.len(), 2);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((before.id, before.event_id, before.state), (after.id, after.event_id, after.state));
        assert_eq!((&before.daemon, &before.handler, &before.payload), (&after.daemon, &after.handler, &after.payload));
        assert_eq!((before.reason, &before.error_chain), (after.reason, &after.error_chain));
        assert_eq!((before.attempts, before.first_failed_at), (after.attempts, after.first_failed_at));
        assert_eq!(before.headers, after.headers);
    }
    assert!(post.done().is_empty(), "a dead letter is not delivered as if it were owed");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn retries_go_on_in_the_next_process_and_what_recovered_stays_so() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    two_letters(folder.path(), &post).await;
    let second = kit(folder.path(), &post).await;
    second.advance(Duration::from_secs(80)).await;
    second.settle().await;
    let mut done = post.done();
    done.sort_unstable();
    assert_eq!(done, [1, 2]);
    second.finish().await;
    let third = kit(folder.path(), &post).await;
    third.advance(Duration::from_secs(7200)).await;
    assert_eq!(post.done().len(), 2);
    assert_eq!(letters(&third).iter().map(|letter| letter.state).collect::<Vec<_>>(), [LetterState::Recovered; 2]);
    third.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_discarded_and_purged_stays_so() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let left = two_letters(folder.path(), &post).await;
    let second = kit(folder.path(), &post).await;
    second.runtime().dead_letters().discard(left[0].id).unwrap();
    second.finish().await;
    let third = kit(folder.path(), &post).await;
    assert_eq!(letters(&third)[0].state, LetterState::Discarded);
    assert_eq!(third.runtime().dead_letters().purge(&LetterFilter::default(), Purge::Everything), 2);
    third.finish().await;
    let fourth = kit(folder.path(), &post).await;
    assert!(letters(&fourth).is_empty());
    fourth.advance(Duration::from_secs(7200)).await;
    assert!(post.done().is_empty());
    fourth.finish().await;
}

#[tokio::test(start_paused = true)]
async fn numbers_are_not_given_out_twice() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let left = two_letters(folder.path(), &post).await;
    let kit = kit(folder.path(), &post).await;
    post.fails.store(true, SeqCst);
    kit.emit(Light(3)).await;
    kit.settle().await;
    let ids: Vec<u32> = letters(&kit).iter().map(|letter| letter.id.get()).collect();
    assert_eq!(ids, [left[0].id.get(), left[1].id.get(), 3]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_that_is_gone_was_owed_is_a_letter_until_it_is_there_again() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let first = kit(folder.path(), &post).await;
    first.runtime().stop_daemon(Clerk::TYPE, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    first.emit(Durable(7)).await;
    first.finish().await;
    let without = TestKit::builder().data_dir(folder.path()).start().await;
    without.expect_dead_letters();
    let letter = &letters(&without)[0];
    assert_eq!((letter.reason, letter.state), (DeadReason::NoHandler, LetterState::Exhausted));
    assert_eq!((letter.daemon.as_str(), letter.handler.as_str()), ("clerk", "on_durable"));
    without.finish().await;
    let again = kit(folder.path(), &post).await;
    again.settle().await;
    assert_eq!((post.done(), letters(&again).len()), (vec![7], 0), "it is owed that again, and is no letter any more");
    again.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_damaged_event_is_a_letter_and_the_rest_goes_on() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let store = three_wait(folder.path(), &post).await;
    store.execute("UPDATE events SET payload = '99' WHERE payload = '2'", []).unwrap();
    drop(store);
    let second = kit(folder.path(), &post).await;
    second.settle().await;
    assert_eq!(post.done(), [1, 3]);
    let letter = &letters(&second)[0];
    assert_eq!((letter.reason, letter.state), (DeadReason::Schema, LetterState::Exhausted));
    assert!(letter.error.contains("its checksum is"), "{}", letter.error);
    second.finish().await;
    let store = Connection::open(folder.path().join("ringrift.db")).unwrap();
    let kept: String = store.query_row("SELECT content FROM quarantine", [], |row| row.get(0)).unwrap();
    assert!(kept.contains("99"), "{kept}");
}

#[tokio::test(start_paused = true)]
async fn an_event_of_another_type_is_a_letter_and_is_not_delivered() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let store = three_wait(folder.path(), &post).await;
    let exchanged = "DELETE FROM handlers WHERE handler = 'on_light';
        UPDATE handlers SET handler = 'on_light', event = 'LETTER_LIGHT' WHERE handler = 'on_durable'";
    store.execute_batch(exchanged).unwrap();
    drop(store);
    let second = kit(folder.path(), &post).await;
    second.settle().await;
    assert_eq!(post.done(), [0; 0]);
    let letters = letters(&second);
    assert_eq!(letters.len(), 3);
    let error = &letters[0].error;
    assert!(error.contains("it is a `LETTER_DURABLE`, and not a `LETTER_LIGHT`"), "{error}");
    second.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_damage_gave_to_another_handler_is_made_to_its_own() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let store = three_wait(folder.path(), &post).await;
    let to_the_other =
        "UPDATE deliveries SET handler = (SELECT id FROM handlers WHERE handler = 'on_light') WHERE event = 2";
    assert_eq!(store.execute(to_the_other, []).unwrap(), 1);
    drop(store);
    let second = kit(folder.path(), &post).await;
    second.settle().await;
    assert_eq!(post.done(), [1, 2, 3]);
    assert!(letters(&second).is_empty());
    second.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_stored_for_its_letter_is_marked_as_nobody_elses() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    two_letters(folder.path(), &post).await;
    let store = Connection::open(folder.path().join("ringrift.db")).unwrap();
    let mut select = store.prepare("SELECT replay_of IS id FROM events ORDER BY event").unwrap();
    let marks: Vec<bool> = select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(marks, [false, true], "the durable one, and the light one");
}

#[tokio::test(start_paused = true)]
async fn damaged_events_are_a_letter_each_once_and_stay_as_they_were_left() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let store = three_wait(folder.path(), &post).await;
    store.execute("UPDATE events SET payload = '99' WHERE payload <> '3'", []).unwrap();
    let second = kit(folder.path(), &post).await;
    second.settle().await;
    let found = letters(&second);
    assert_eq!(found.len(), 2);
    second.runtime().dead_letters().discard(found[0].id).unwrap();
    second.finish().await;
    for process in [2, 3] {
        let again = kit(folder.path(), &post).await;
        again.settle().await;
        let states: Vec<_> = letters(&again).iter().map(|letter| letter.state).collect();
        assert_eq!(states, [LetterState::Discarded, LetterState::Exhausted], "process {process}");
        again.finish().await;
        let events: i64 = store.query_row("SELECT COUNT(*) FROM events", [], |row| row.get(0)).unwrap();
        assert_eq!(events, 3, "process {process}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_effect_begins_anew_when_a_person_says_so() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::default());
    let first = kit(folder.path(), &post).await;
    post.hangs.store(true, SeqCst);
    first.emit(Durable(1000)).await;
    first.advance(Duration::from_secs(1)).await;
    first.finish().await;
    post.hangs.store(false, SeqCst);
    let second = kit(folder.path(), &post).await;
    second.settle().await;
    let letter = &letters(&second)[0];
    assert_eq!((letter.reason, letter.state), (DeadReason::Interrupted, LetterState::Exhausted));
    second.wait_for(Clerk::TYPE, StateName::Running).await;
    second.runtime().dead_letters().retry(letter.id).unwrap();
    second.advance(Duration::from_secs(1)).await;
    assert_eq!(post.done(), [1000]);
    second.finish().await;
}
