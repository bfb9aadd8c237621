//! Content dedup: opt in, per handler, marked after success.

use ringrift_core::{AccountSnapshot, prelude::*, testing::TestKit};
use serde::{Deserialize, Serialize};

use crate::desk::{Ask, Desk, Does, Work};

/// As `WORK`, by another name.
#[event("OTHER_WORK", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct OtherWork {
    n: u32,
    does: Does,
}

/// Known by its key alone.
#[event("KEYED_WORK", external, dedup_key = ["key"])]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeyedWork {
    key: u32,
    n: u32,
}

/// Handles each content once, but for what it hears twice.
#[daemon(category = "misc", register = false)]
struct Careful {
    #[inject]
    desk: Desk,
}

impl Daemon for Careful {}

#[handlers]
impl Careful {
    #[on_event("WORK", dedup)]
    async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
        self.desk.perform(work).await
    }

    #[on_event("OTHER_WORK", dedup)]
    async fn on_other(&self, work: &OtherWork, _cx: &Context<Self>) -> DaemonResult {
        self.desk.perform(&Work::new(1000 + work.n, work.does)).await
    }

    #[on_event("KEYED_WORK", dedup = "10s")]
    async fn on_keyed(&self, work: &KeyedWork, _cx: &Context<Self>) -> DaemonResult {
        self.desk.perform(&Work::new(work.n, Does::Well)).await
    }
}

async fn careful(desk: &Desk, lines: &str) -> TestKit {
    let config = format!("[daemons.careful.options]\n{lines}\n");
    let kit = TestKit::builder().daemon::<Careful>().provide(desk.clone()).config(&config).start().await;
    kit.expect_failures_of(Careful::TYPE);
    kit
}

#[tokio::test(start_paused = true)]
async fn the_first_is_handled_its_duplicate_is_not_and_what_differs_is() {
    let desk = Desk::default();
    let kit = careful(&desk, "").await;
    for n in [1, 1, 2, 1] {
        kit.work(n, Does::Well).await;
        kit.emit(OtherWork { n, does: Does::Well }).await;
    }
    kit.settle().await;
    assert_eq!(desk.done(), [1, 1001, 2, 1002]);
    let account = AccountSnapshot { owed: 8, handled: 4, deduplicated: 4, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Careful::TYPE), account);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_does_not_opt_in_handles_every_duplicate() {
    let desk = Desk::default();
    let kit = crate::desk::worker(&desk, "").await;
    for _ in 0..3 {
        kit.work(1, Does::Well).await;
    }
    kit.settle().await;
    assert_eq!(desk.done(), [1, 1, 1]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn only_the_fields_of_dedup_key_count() {
    let desk = Desk::default();
    let kit = careful(&desk, "").await;
    for (key, n) in [(1, 10), (1, 11), (2, 10), (2, 12)] {
        kit.emit(KeyedWork { key, n }).await;
    }
    kit.settle().await;
    assert_eq!(desk.done(), [10, 10]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_window_is_five_minutes_or_what_the_handler_says() {
    let desk = Desk::default();
    let kit = careful(&desk, "").await;
    // A duplicate does not renew the window.
    for (seconds, done) in [(0, vec![1]), (299, vec![1]), (1, vec![1, 1])] {
        kit.seconds(seconds).await;
        kit.work(1, Does::Well).await;
        kit.moment().await;
        assert_eq!(desk.done(), done, "after another {seconds} s");
    }
    for (seconds, done) in [(0, vec![1, 1, 7]), (9, vec![1, 1, 7]), (1, vec![1, 1, 7, 7])] {
        kit.seconds(seconds).await;
        kit.emit(KeyedWork { key: 1, n: 7 }).await;
        kit.moment().await;
        assert_eq!(desk.done(), done, "after another {seconds} s");
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_thousand_contents_are_remembered_and_the_oldest_is_forgotten_first() {
    let desk = Desk::default();
    let kit = careful(&desk, "mailbox = 2000").await;
    for n in 0..1000 {
        kit.work(n, Does::Well).await;
    }
    kit.work(0, Does::Well).await;
    kit.settle().await;
    assert_eq!(desk.done().len(), 1000, "all are remembered");
    kit.work(1000, Does::Well).await;
    kit.work(1, Does::Well).await;
    kit.work(0, Does::Well).await;
    kit.settle().await;
    assert_eq!(desk.done()[1000..], [1000, 0]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_delivery_does_not_make_its_retry_a_duplicate() {
    let desk = Desk::default();
    let kit = careful(&desk, "").await;
    kit.work(1, Does::ErrFirst(1)).await;
    kit.seconds(75).await;
    assert_eq!((desk.begun(), desk.done(), kit.letters()), (vec![1, 1], vec![1], vec![]));
    kit.work(1, Does::ErrFirst(1)).await;
    kit.settle().await;
    assert_eq!(desk.begun(), [1, 1], "the retry that succeeded is marked");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_was_cut_off_does_not_make_itself_a_duplicate() {
    let desk = Desk::default();
    let kit = careful(&desk, "").await;
    kit.work(1, Does::Wait).await;
    kit.moment().await;
    kit.kill(Careful::TYPE);
    desk.let_go(1);
    kit.settle().await;
    assert_eq!((desk.begun(), desk.done()), (vec![1, 1], vec![1]));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_of_one_in_hand_waits_for_its_success() {
    let desk = Desk::default();
    let kit = careful(&desk, "concurrency = 2").await;
    kit.work(1, Does::Wait).await;
    kit.work(1, Does::Wait).await;
    kit.seconds(5).await;
    assert_eq!((desk.begun(), kit.account(Careful::TYPE).deduplicated), (vec![1], 0));
    desk.let_go(2);
    kit.settle().await;
    assert_eq!((desk.done(), kit.account(Careful::TYPE).deduplicated), (vec![1], 1));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_of_one_that_hangs_has_its_own_time_once_that_is_over() {
    let desk = Desk::default();
    let kit = careful(&desk, "concurrency = 2\nhandler_timeout = \"5s\"").await;
    kit.work(1, Does::Wait).await;
    kit.work(1, Does::Wait).await;
    // The first times out after 5 s; then the second has 5 s, of which it needs 3.
    kit.seconds(8).await;
    desk.let_go(1);
    kit.settle().await;
    assert_eq!((desk.begun(), desk.done(), kit.letters().len()), (vec![1, 1], vec![1], 1));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_whose_content_was_handled_meanwhile_is_a_duplicate_and_no_letter() {
    let desk = Desk::default();
    let kit = careful(&desk, "").await;
    kit.work(1, Does::ErrFirst(1)).await;
    kit.work(1, Does::ErrFirst(1)).await;
    kit.settle().await;
    let account = AccountSnapshot { owed: 2, handled: 1, dead: 1, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Careful::TYPE), account);
    kit.seconds(75).await;
    let account = AccountSnapshot { owed: 2, handled: 1, deduplicated: 1, ..AccountSnapshot::default() };
    assert_eq!((kit.account(Careful::TYPE), kit.letters()), (account, vec![]));
    assert_eq!(kit.snapshot().dead_letter_counts.recovered_total, 0);
    kit.finish().await;
}
