//! The breaker: a handler that fails too often is paused, and its mail is held.

mod held;

use std::time::Duration;

use ringrift_core::{
    AccountSnapshot, HealthStatus, StateName,
    prelude::*,
    runtime::{
        letters::{LetterError, LetterFilter},
        snapshot::PauseSnapshot,
    },
    testing::TestKit,
};
use serde::{Deserialize, Serialize};

use crate::{
    desk::{Ask, Desk, Does, Work},
    look::health,
};

/// For the handler that does not fail.
#[event("BREAKER_OTHER", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Other(u32);

/// Is paused after the fourth failure in a minute.
#[daemon(category = "misc", register = false)]
struct Fragile {
    #[inject]
    desk: Desk,
}

impl Daemon for Fragile {}

#[handlers]
impl Fragile {
    #[on_event("WORK", breaker = 3)]
    async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
        self.desk.perform(work).await
    }

    #[on_event("BREAKER_OTHER")]
    async fn on_other(&self, other: &Other, _cx: &Context<Self>) -> DaemonResult {
        self.desk.perform(&Work::new(other.0, Does::Well)).await
    }
}

/// Has the default.
#[daemon(category = "misc", register = false)]
struct Plain {
    #[inject]
    desk: Desk,
}

impl Daemon for Plain {}

#[handlers]
impl Plain {
    #[on_event("WORK")]
    async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
        self.desk.perform(work).await
    }
}

async fn fragile(desk: &Desk, lines: &str) -> TestKit {
    let config = format!("[daemons.dlq_retry.options]\nenabled = false\n[daemons.fragile.options]\n{lines}\n");
    let kit = TestKit::builder().daemon::<Fragile>().provide(desk.clone()).config(&config).start().await;
    kit.expect_failures_of(Fragile::TYPE);
    kit
}

/// A kit whose handler is paused since now, after four errors, numbered from 0.
async fn paused(desk: &Desk, lines: &str) -> TestKit {
    let kit = fragile(desk, lines).await;
    fail(&kit, 4).await;
    assert!(pause(&kit).is_some());
    kit
}

async fn fail(kit: &TestKit, times: u32) {
    for n in 0..times {
        kit.work(n, Does::Err).await;
        kit.moment().await;
    }
}

fn pause(kit: &TestKit) -> Option<PauseSnapshot> {
    kit.daemon(Fragile::TYPE).handlers[0].paused.clone()
}

/// How long, in whole seconds, until the handler is paused no more.
async fn seconds_paused(kit: &TestKit) -> u64 {
    let begun = tokio::time::Instant::now();
    while pause(kit).is_some() {
        kit.advance(Duration::from_millis(500)).await;
    }
    begun.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn the_fourth_failure_pauses_the_handler_holds_its_mail_and_says_so() {
    let desk = Desk::default();
    let kit = fragile(&desk, "").await;
    fail(&kit, 3).await;
    assert_eq!(pause(&kit), None);
    kit.seconds(30).await;
    kit.work(3, Does::Err).await;
    kit.work(4, Does::Well).await;
    kit.emit(Other(5)).await;
    kit.work(6, Does::Well).await;
    kit.moment().await;
    assert_eq!((desk.begun(), desk.done()), (vec![0, 1, 2, 3, 5], vec![5]));
    let handlers = kit.daemon(Fragile::TYPE).handlers;
    let expected = PauseSnapshot { ends_in_ms: 59_999, failures: 4, error: "told to err".into(), held: 2 };
    assert_eq!((&handlers[0].paused, handlers[0].pauses, handlers[0].breaker), (&Some(expected), 1, Some(3)));
    assert_eq!((&handlers[1].paused, handlers[1].pauses, handlers[1].breaker), (&None, 0, Some(100)));
    let found = health(&kit, Fragile::TYPE);
    assert_eq!((found.status(), kit.state(Fragile::TYPE).name()), (HealthStatus::Degraded, StateName::Running));
    assert_eq!(
        found.report.message,
        "handler `on_work` is paused until 1970-01-01T00:01:30Z, because 4 of its deliveries failed within a minute, \
         the last with `told to err`; its mail is held; to end the pause now, call `resume_handler`"
    );
    let account = AccountSnapshot { owed: 7, handled: 1, dead: 4, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Fragile::TYPE), account);

    assert_eq!(seconds_paused(&kit).await, 60);
    kit.settle().await;
    assert_eq!(desk.done(), [5, 4, 6], "what was held is handled in order");
    let found = health(&kit, Fragile::TYPE);
    assert!(!found.report.message.contains("paused"), "{}", found.report.message);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_hundred_a_minute_are_not_too_many_by_default_and_one_more_is() {
    let desk = Desk::default();
    let kit = TestKit::builder().daemon::<Plain>().provide(desk.clone()).start().await;
    kit.expect_failures_of(Plain::TYPE);
    fail(&kit, 100).await;
    let paused = |kit: &TestKit| kit.daemon(Plain::TYPE).handlers[0].paused.clone();
    assert_eq!(paused(&kit), None);
    fail(&kit, 1).await;
    assert_eq!(paused(&kit).unwrap().failures, 101);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn over_a_minute_as_many_as_you_like() {
    let desk = Desk::default();
    let kit = fragile(&desk, "").await;
    for _ in 0..20 {
        kit.seconds(20).await;
        fail(&kit, 1).await;
    }
    assert_eq!((pause(&kit), desk.begun().len()), (None, 20));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn pauses_double_and_begin_anew_after_an_hour_without_one() {
    let kit = fragile(&Desk::default(), "").await;
    for expected in [60, 120, 240, 480] {
        fail(&kit, 4).await;
        assert_eq!(seconds_paused(&kit).await, expected);
    }
    kit.seconds(3600).await;
    fail(&kit, 4).await;
    assert_eq!(seconds_paused(&kit).await, 60);
    assert_eq!(kit.daemon(Fragile::TYPE).handlers[0].pauses, 5);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn timeouts_and_panics_count_as_errors_do() {
    let desk = Desk::default();
    let kit = fragile(&desk, "handler_timeout = \"1s\"").await;
    for (n, does) in [Does::Panic, Does::Err, Does::Panic, Does::Hang].into_iter().enumerate() {
        assert_eq!(pause(&kit), None);
        kit.work(n as u32, does).await;
        kit.seconds(2).await;
    }
    assert_eq!(pause(&kit).unwrap().error, "took longer than 1s");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_mailbox_and_a_daemon_that_has_ended_do_not_count() {
    let desk = Desk::default();
    let kit = fragile(&desk, "mailbox = 1\nrestart = \"never\"").await;
    kit.work(0, Does::Wait).await;
    kit.moment().await;
    for n in 1..=6 {
        kit.work(n, Does::Well).await;
    }
    assert_eq!((pause(&kit), kit.snapshot().deliveries.dead), (None, 6));
    kit.kill(Fragile::TYPE);
    kit.wait_for(Fragile::TYPE, StateName::Failed).await;
    for n in 7..=12 {
        kit.work(n, Does::Well).await;
    }
    assert_eq!((pause(&kit), kit.snapshot().deliveries.dead), (None, 13));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_operator_ends_a_pause_early_and_a_name_that_is_wrong_is_told_the_right_one() {
    let desk = Desk::default();
    let kit = paused(&desk, "").await;
    kit.work(4, Does::Well).await;
    kit.seconds(10).await;
    assert_eq!(desk.done(), Vec::<u32>::new());
    kit.runtime().resume_handler(Fragile::TYPE, "on_work").unwrap();
    kit.moment().await;
    assert_eq!((desk.done(), pause(&kit)), (vec![4], None));
    kit.runtime().resume_handler(Fragile::TYPE, "on_work").unwrap();
    let error = kit.runtime().resume_handler(Fragile::TYPE, "on_wrk").unwrap_err();
    assert_eq!(error.to_string(), "daemon `fragile` has no handler `on_wrk`; did you mean `on_work`?");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn no_dead_letter_is_retried_while_its_handler_is_paused() {
    let desk = Desk::default();
    let kit = TestKit::builder().daemon::<Fragile>().provide(desk.clone()).start().await;
    kit.expect_failures_of(Fragile::TYPE);
    fail(&kit, 4).await;
    let letters = kit.runtime().dead_letters();
    let first = letters.list(&LetterFilter::default())[0].id;
    let refused = letters.retry(first);
    assert!(matches!(refused, Err(LetterError::Paused { .. })), "{refused:?}");
    assert_eq!(
        refused.unwrap_err().to_string(),
        "dead letter 1 is not retried while handler `fragile::on_work` is paused; call `resume_handler` first"
    );
    assert_eq!(letters.dry_run(&LetterFilter::default()).refused.len(), 4);
    // Their retries are due after 60 s, fail as well, and pause it once more, for 120 s.
    kit.seconds(59).await;
    assert_eq!(desk.begun().len(), 4);
    kit.seconds(16).await;
    assert_eq!((desk.begun().len(), pause(&kit).is_some()), (8, true));
    kit.seconds(100).await;
    assert_eq!(desk.begun().len(), 8);
    kit.finish().await;
}
