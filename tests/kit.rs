//! The test kit itself: what it lets through, and what it does not.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use ringrift_core::{StateName, prelude::*, runtime::Dependents, testing::TestKit};

use crate::desk::{Ask, Desk, Does, Work, Worker, worker};

/// The panic of a test, run as a test of its own is.
fn panic_of<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) -> String {
    let thread = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(test());
    });
    let panic = thread.join().expect_err("the test should have failed");
    *panic.downcast::<String>().unwrap_or_else(|panic| Box::new((*panic.downcast::<&str>().unwrap()).to_owned()))
}

/// Runs every minute.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Minutely {
    number: u32,
}

impl Daemon for Minutely {
    idle!();
}

/// A service whose runner returns at once.
#[daemon(category = "misc", runner = returns, restart = "never", register = false)]
struct Returning;

impl Daemon for Returning {}

async fn returns(_daemon: &Returning, _cx: &Context<Returning>) -> DaemonResult {
    Ok(())
}

#[test]
fn forgetting_finish_fails_the_test() {
    let panic = panic_of(|| async {
        TestKit::builder().daemon::<Minutely>().start().await;
    });
    assert_eq!(panic, "a test ends with `kit.finish().await`: without it, failures and leaks are not seen");
}

#[test]
fn an_unexpected_error_fails_the_test() {
    let panic = panic_of(|| async {
        let kit = worker(&Desk::default(), "").await;
        kit.work(1, Does::Err).await;
        kit.moment().await;
        kit.expect_dead_letters();
        kit.finish().await;
    });
    assert_eq!(
        panic,
        "the daemons did not do well:\n`worker` went wrong 1 times, 0 panics:\n  on_work: WORK: told to err"
    );
}

#[test]
fn an_unexpected_dead_letter_fails_the_test() {
    let panic = panic_of(|| async {
        let kit = worker(&Desk::default(), "mailbox = 1").await;
        kit.work(1, Does::Hang).await;
        kit.moment().await;
        kit.work(2, Does::Well).await;
        kit.finish().await;
    });
    let expected = "a dead letter of `worker::on_work`: WORK: the mailbox is full with 1 events";
    assert_eq!(panic, format!("the daemons did not do well:\n{expected}"));
}

#[test]
fn an_unexpected_failure_fails_the_test_also_when_no_hook_erred() {
    let panic = panic_of(|| async {
        let kit = TestKit::builder().daemon::<Returning>().start().await;
        kit.wait_for(Returning::TYPE, StateName::Failed).await;
        kit.finish().await;
    });
    assert_eq!(
        panic,
        "the daemons did not do well:\n`returning` went wrong 1 times, 0 panics:\n  runner: the runner of a service \
         returned; make it a task, or let it run until `cx.shutdown()`"
    );
}

#[test]
fn an_unexpected_leak_fails_the_test() {
    let panic = panic_of(|| async {
        let kit = TestKit::builder().daemon::<Minutely>().start().await;
        let held = kit.get::<Minutely>();
        kit.finish().await;
        drop(held);
    });
    assert!(panic.starts_with("the daemons did not do well:\n`minutely` leaked: 1 still hold a reference"), "{panic}");
}

#[test]
fn wait_for_says_where_the_daemon_is_instead() {
    let panic = panic_of(|| async {
        let kit = TestKit::builder().daemon::<Minutely>().start().await;
        kit.wait_for(Minutely::TYPE, StateName::Failed).await;
    });
    assert_eq!(panic, "`minutely` is not failed but running");
}

#[test]
fn settle_says_what_is_open_and_takes_no_age() {
    let panic = panic_of(|| async {
        // Open, but not in hand: what is in hand is looked at ten times a second, for a day.
        let kit = worker(&Desk::default(), "").await;
        kit.runtime().stop_daemon(Worker::TYPE, Dependents::Refuse).await.unwrap();
        kit.work(1, Does::Well).await;
        kit.settle().await;
    });
    assert!(panic.starts_with("the accounts do not close: AccountSnapshot { owed: 1, handled: 0"), "{panic}");
}

#[test]
fn an_event_that_does_not_come_fails_the_test() {
    let panic = panic_of(|| async {
        let kit = TestKit::builder().daemon::<Minutely>().start().await;
        kit.expect_event::<Work>().await;
    });
    assert_eq!(panic, "no `WORK` was emitted");
}

#[tokio::test(start_paused = true)]
async fn expected_events_come_one_after_the_other() {
    let desk = Desk::default();
    let kit = worker(&desk, "").await;
    for n in [3, 1, 2] {
        kit.work(n, Does::Well).await;
    }
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(kit.expect_event::<Work>().await.n);
    }
    let (later, ()) = tokio::join!(kit.expect_event::<Work>(), kit.work(4, Does::Well));
    assert_eq!((numbers, later.n), (vec![3, 1, 2], 4));
    kit.settle().await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_factory_builds_again_at_each_restart() {
    let built = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&built);
    let make = move || Minutely { number: count.fetch_add(1, SeqCst) + 1 };
    let kit = TestKit::builder().with(make).start().await;
    for incarnation in 1..=3 {
        assert_eq!((kit.get::<Minutely>().number, kit.daemon(Minutely::TYPE).incarnation), (incarnation, incarnation));
        kit.kill(Minutely::TYPE);
        kit.wait_for(Minutely::TYPE, StateName::Backoff).await;
        kit.wait_for(Minutely::TYPE, StateName::Running).await;
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn copies_are_daemons_of_their_own() {
    let kit = TestKit::builder().replicate::<Minutely>(3).start().await;
    let names: Vec<String> = kit.snapshot().daemons.into_iter().map(|daemon| daemon.name).collect();
    assert_eq!(names, ["dlq_retry", "event_router", "minutely#0", "minutely#1", "minutely#2"]);
    kit.finish().await;
}
