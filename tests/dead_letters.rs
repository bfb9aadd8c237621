//! Dead letters: why they come to be, and how they are retried.

use ringrift_core::{
    AccountSnapshot, DeadLetterCounts,
    DeadReason::{self, HandlerError, Panic, Timeout},
    LetterState::{Exhausted, Pending},
    LettersByState, StateName,
    builtin::dlq_retry::{DlqEventsPurged, DlqEventsReplayed, DlqRetry, DlqStaleEvents},
    prelude::*,
    testing::TestKit,
};

use crate::desk::{Ask, Desk, Does, Work, Worker, erring_worker, letter, options};

/// How often a handler was begun for `n`.
fn begun(desk: &Desk, n: u32) -> usize {
    desk.begun().into_iter().filter(|begun| *begun == n).count()
}

#[tokio::test(start_paused = true)]
async fn error_panic_and_timeout_are_dead_letters_with_their_reason() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "").await;
    for (n, does) in [Does::Err, Does::Panic, Does::Hang, Does::Well].into_iter().enumerate() {
        kit.work(n as u32, does).await;
    }
    kit.settle().await;
    assert_eq!(kit.letters(), [HandlerError, Panic, Timeout].map(|reason| letter(reason, Pending, 0)));
    let letters = kit.snapshot().dead_letters;
    let errors: Vec<&str> = letters.iter().rev().map(|letter| letter.error.as_str()).collect();
    assert_eq!(errors, ["told to err", "panicked: told to panic", "took longer than 30s"]);
    assert_eq!(letters[2].payload, serde_json::json!({"n": 0, "does": "Err"}));
    assert_eq!((letters[2].event.as_str(), letters[2].daemon.as_str()), ("WORK", "worker"));
    assert_eq!((kit.state(Worker::TYPE).name(), desk.done()), (StateName::Running, vec![3]));
    let account = AccountSnapshot { owed: 4, handled: 1, dead: 3, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Worker::TYPE), account);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn retries_come_after_60_120_240_480_960_seconds_then_it_is_exhausted() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "").await;
    kit.work(1, Does::Err).await;
    kit.moment().await;
    for (retries, seconds) in [60, 120, 240, 480, 960].into_iter().enumerate() {
        let mut waited = 0;
        while begun(&desk, 1) == retries + 1 {
            assert_eq!(kit.letters(), [letter(HandlerError, Pending, retries as u32)]);
            kit.seconds(1).await;
            waited += 1;
        }
        // The retry daemon looks every 10 s.
        assert!((seconds..=seconds + 11).contains(&waited), "retry {retries} after {waited} s");
    }
    assert_eq!(kit.letters(), [letter(HandlerError, Exhausted, 5)]);
    kit.seconds(3 * 24 * 3600).await;
    assert_eq!(begun(&desk, 1), 6);
    let by_reason = [(HandlerError, LettersByState { exhausted: 1, ..LettersByState::default() })].into();
    let counts = DeadLetterCounts { exhausted: 1, exhausted_total: 1, by_reason, ..DeadLetterCounts::default() };
    assert_eq!(kit.snapshot().dead_letter_counts, counts);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn only_the_handler_that_failed_is_retried_and_it_recovers_when_it_succeeds() {
    /// Handles the same, and well.
    #[daemon(category = "misc", register = false)]
    struct Bystander {
        handled: std::sync::atomic::AtomicU32,
    }
    impl Daemon for Bystander {}
    #[handlers]
    impl Bystander {
        #[on_event("WORK")]
        async fn on_work(&self, _work: &Work, _cx: &Context<Self>) -> DaemonResult {
            self.handled.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(())
        }
    }
    let desk = Desk::default();
    let kit = TestKit::builder().daemon::<Worker>().daemon::<Bystander>().provide(desk.clone()).start().await;
    kit.expect_failures_of(Worker::TYPE);
    kit.work(1, Does::ErrFirst(2)).await;
    kit.seconds(75).await;
    // The first retry failed as well: it has not recovered.
    assert_eq!((kit.letters(), desk.done()), (vec![letter(HandlerError, Pending, 1)], vec![]));
    let account = AccountSnapshot { owed: 1, dead: 1, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Worker::TYPE), account);
    assert_eq!(kit.expect_event::<DlqEventsReplayed>().await.recovered_count, 1);
    assert_eq!((kit.letters(), desk.done()), (vec![], vec![1]));
    let account = AccountSnapshot { owed: 1, handled: 1, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Worker::TYPE), account);
    let by_reason = [(HandlerError, LettersByState { recovered: 1, ..LettersByState::default() })].into();
    let counts = DeadLetterCounts { recovered: 1, recovered_total: 1, by_reason, ..DeadLetterCounts::default() };
    assert_eq!(kit.snapshot().dead_letter_counts, counts);
    assert_eq!(kit.get::<Bystander>().handled.load(std::sync::atomic::Ordering::Relaxed), 1);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_is_exhausted_at_once() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "").await;
    kit.work(1, Does::Fatal).await;
    kit.settle().await;
    assert_eq!(kit.letters(), [letter(HandlerError, Exhausted, 0)]);
    kit.seconds(3600).await;
    assert_eq!(begun(&desk, 1), 1);
    assert_eq!(kit.state(Worker::TYPE).name(), StateName::Running);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn no_attempt_is_spent_while_the_target_does_not_run() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "restart = \"never\"").await;
    kit.work(1, Does::ErrFirst(1)).await;
    kit.settle().await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Failed).await;
    kit.seconds(24 * 3600).await;
    assert_eq!((kit.letters(), begun(&desk, 1)), (vec![letter(HandlerError, Pending, 0)], 1));
    assert_eq!(kit.snapshot().dead_letters[0].next_retry_in_ms, Some(0));
    kit.runtime().restart_daemon(Worker::TYPE).unwrap();
    kit.seconds(11).await;
    assert_eq!((kit.letters(), desk.done()), (vec![], vec![1]));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_is_cut_off_spends_no_attempt() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "").await;
    kit.work(1, Does::ErrFirst(1)).await;
    kit.settle().await;
    // Its retry finds another piece of work in hand, behind which it waits.
    kit.seconds(55).await;
    kit.work(2, Does::Wait).await;
    kit.seconds(20).await;
    assert_eq!(kit.letters(), [letter(HandlerError, Pending, 0)]);
    assert!(kit.snapshot().dead_letters[0].retrying);
    kit.kill(Worker::TYPE);
    desk.let_go(1);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    kit.wait_for(Worker::TYPE, StateName::Running).await;
    kit.moment().await;
    assert_eq!((kit.letters(), desk.done()), (vec![], vec![2, 1]));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_stale_after_a_week_is_exhausted_and_a_week_later_purged() {
    let desk = Desk::default();
    // Two weeks of looks every 10 s would take longer than all other tests together.
    let rarely = "cycle = \"10m\"\nhealth_check_interval = \"1d\"";
    let config = format!(
        "[daemons.dlq_retry.options]\n{rarely}\n[daemons.event_router.options]\nhealth_check_interval = \"1d\"\n{}",
        options("restart = \"never\"")
    );
    let kit = TestKit::builder().daemon::<Worker>().provide(desk.clone()).config(&config).start().await;
    kit.expect_failures_of(Worker::TYPE);
    kit.work(1, Does::Err).await;
    kit.settle().await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Failed).await;
    kit.seconds(167 * 3600).await;
    assert_eq!(kit.letters(), [letter(HandlerError, Pending, 0)]);
    kit.seconds(3600 + 601).await;
    assert_eq!(kit.letters(), [letter(HandlerError, Exhausted, 0)], "it stays, for a person");
    let event = kit.expect_event::<DlqStaleEvents>().await;
    let event_types = vec!["WORK".into()];
    let timestamp = event.timestamp;
    let stale = DlqStaleEvents { stale_count: 1, pending_count: 0, event_types, max_stale_hours: 168, timestamp };
    assert_eq!(*event, stale);
    let age = timestamp.duration_since(kit.snapshot().runtime.started_at).unwrap();
    assert!((168 * 3600..168 * 3600 + 602).contains(&age.as_secs()), "{age:?}");
    kit.seconds(167 * 3600).await;
    assert_eq!(kit.letters().len(), 1);
    kit.seconds(3600 + 601).await;
    assert_eq!(kit.letters(), []);
    let purged = DlqEventsPurged { count: 1, reason: "exhausted and older than 7days".into() };
    assert_eq!(*kit.expect_event::<DlqEventsPurged>().await, purged);
    let account = AccountSnapshot { owed: 1, discarded: 1, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Worker::TYPE), account);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn letters_that_nobody_can_take_do_not_hold_up_the_others() {
    /// Fails everything once, and goes away.
    #[daemon(category = "misc", restart = "never", register = false)]
    struct Gone {}
    impl Daemon for Gone {}
    #[handlers]
    impl Gone {
        #[on_event("WORK", breaker = "off")]
        async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
            if work.n > 0 { Err("gone".into()) } else { Ok(()) }
        }
    }
    let desk = Desk::default();
    let kit = TestKit::builder().daemon::<Gone>().daemon::<Worker>().provide(desk.clone()).start().await;
    kit.expect_failures_of(Worker::TYPE);
    for n in 1..=200 {
        kit.work(n, Does::Well).await;
    }
    kit.work(0, Does::ErrFirst(1)).await;
    kit.settle().await;
    kit.kill(Gone::TYPE);
    kit.wait_for(Gone::TYPE, StateName::Failed).await;
    kit.seconds(75).await;
    assert_eq!((begun(&desk, 0), desk.done().len()), (2, 201));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_store_keeps_ten_thousand_and_counts_what_it_discards() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "mailbox = 20000").await;
    for n in 0..10_003 {
        kit.work(n, Does::Err).await;
    }
    kit.settle().await;
    let account = kit.account(Worker::TYPE);
    assert_eq!((account.owed, account.dead, account.discarded), (10_003, 10_000, 3));
    let snapshot = kit.snapshot();
    assert_eq!((snapshot.dead_letter_counts.pending, snapshot.dead_letters.len()), (10_000, 100));
    assert_eq!(snapshot.dead_letters[0].payload["n"], 10_002, "the newest first");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn fifty_letters_that_wait_are_announced_once_until_they_are_fewer() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "").await;
    let announced = || {
        let events = kit.snapshot().events;
        events.iter().find(|event| event.name == "DLQ_STALE_EVENTS").map_or(0, |event| event.emitted)
    };
    for n in 1..50 {
        kit.work(n, Does::ErrFirst(1)).await;
    }
    kit.seconds(11).await;
    assert_eq!(announced(), 0);
    kit.work(50, Does::ErrFirst(1)).await;
    let event = kit.expect_event::<DlqStaleEvents>().await;
    assert_eq!((event.stale_count, event.pending_count, &*event.event_types), (0, 50, &["WORK".to_owned()][..]));
    kit.work(51, Does::ErrFirst(1)).await;
    kit.seconds(11).await;
    assert_eq!(announced(), 1);
    let replayed = kit.expect_event::<DlqEventsReplayed>().await;
    assert_eq!(replayed.event_types, ["WORK"]);
    kit.seconds(120).await;
    assert_eq!(kit.letters(), []);
    for n in 100..150 {
        kit.work(n, Does::ErrFirst(1)).await;
    }
    kit.seconds(11).await;
    assert_eq!(announced(), 2);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn recovered_letters_are_announced_once_also_over_a_restart_of_the_retrier() {
    let desk = Desk::default();
    let kit = erring_worker(&desk, "").await;
    kit.work(1, Does::ErrFirst(1)).await;
    assert_eq!(kit.expect_event::<DlqEventsReplayed>().await.recovered_count, 1);
    kit.runtime().restart_daemon(DlqRetry::TYPE).unwrap();
    kit.seconds(30).await;
    kit.work(2, Does::ErrFirst(1)).await;
    assert_eq!(kit.expect_event::<DlqEventsReplayed>().await.recovered_count, 1);
    assert_eq!(desk.done(), [1, 2]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn three_panics_of_handlers_in_a_minute_fail_the_daemon_and_lose_nothing() {
    let desk = Desk::default();
    let builder = TestKit::builder().daemon::<Worker>().provide(desk.clone());
    let kit = builder.config(&options("restart = \"never\"")).start().await;
    kit.expect_failures_of(Worker::TYPE);
    for n in 0..5 {
        kit.work(n, Does::Panic).await;
    }
    let failed = kit.wait_for(Worker::TYPE, StateName::Failed).await;
    assert_eq!(failed.cause(), "3 handlers panicked in 60 s, the last in `on_work`: told to panic");
    let reasons: Vec<DeadReason> = kit.letters().into_iter().map(|letter| letter.1).collect();
    assert_eq!(reasons, [Panic, Panic, Panic, DeadReason::Stopped, DeadReason::Stopped]);
    kit.finish().await;
}
