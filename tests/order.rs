//! The order of events, and what a restart does to the mail in hand.

use std::time::Duration;

use proptest::{
    prelude::{Strategy, prop_oneof},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use ringrift_core::{AccountSnapshot, Event, StateName, builtin::events::DaemonStalled, prelude::*, testing::TestKit};

use crate::desk::{Ask, Desk, Does, Worker, options, worker};

#[tokio::test(start_paused = true)]
async fn first_attempts_come_in_the_order_of_each_emitter() {
    let desk = Desk::default();
    let kit = worker(&desk, "mailbox = 8").await;
    let emitter = async |first: u32| {
        for n in first..first + 100 {
            kit.work(n, Does::Sleep(u64::from(n % 7))).await;
        }
    };
    tokio::join!(emitter(0), emitter(1000), emitter(2000));
    kit.settle().await;
    for first in [0, 1000, 2000] {
        let of_one: Vec<u32> = desk.done().into_iter().filter(|n| (first..first + 100).contains(n)).collect();
        assert_eq!(of_one, (first..first + 100).collect::<Vec<_>>());
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_cut_off_by_a_restart_comes_first_again_and_nothing_is_lost() {
    let desk = Desk::default();
    let kit = worker(&desk, "").await;
    kit.work(0, Does::Well).await;
    for n in 1..4 {
        kit.work(n, Does::Wait).await;
    }
    kit.moment().await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    kit.work(4, Does::Well).await;
    desk.let_go(3);
    kit.settle().await;
    assert_eq!((desk.begun(), desk.done()), (vec![0, 1, 1, 2, 3, 4], vec![0, 1, 2, 3, 4]));
    let expected = AccountSnapshot { owed: 5, handled: 5, ..AccountSnapshot::default() };
    assert_eq!(kit.account(Worker::TYPE), expected);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn deliveries_side_by_side_that_are_cut_off_come_back_in_their_order() {
    let desk = Desk::default();
    let kit = worker(&desk, "concurrency = 3").await;
    for n in 0..6 {
        kit.work(n, Does::Wait).await;
    }
    kit.moment().await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    kit.wait_for(Worker::TYPE, StateName::Running).await;
    kit.moment().await;
    assert_eq!(desk.begun(), [0, 1, 2, 0, 1, 2]);
    desk.let_go(6);
    kit.settle().await;
    assert_eq!((desk.done().len(), desk.most_at_once()), (6, 3));
    kit.finish().await;
}

/// Only with somebody who hears it is it announced.
#[daemon(category = "misc", register = false)]
struct Watcher;

impl Daemon for Watcher {}

#[handlers]
impl Watcher {
    #[on_event("DAEMON_STALLED")]
    async fn on_stalled(&self, _event: &DaemonStalled, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_was_cut_off_is_not_seen_as_stalled() {
    let desk = Desk::default();
    let lines = options("stall_after = \"5s\"\nhandler_timeout = \"1h\"\nrestart = \"never\"");
    let builder = TestKit::builder().daemon::<Worker>().daemon::<Watcher>().provide(desk.clone());
    let kit = builder.config(&lines).start().await;
    kit.work(1, Does::Hang).await;
    kit.moment().await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Failed).await;
    kit.seconds(60).await;
    let stalled = kit.snapshot().events.into_iter().find(|event| event.name == DaemonStalled::NAME).unwrap();
    assert_eq!(stalled.emitted, 0);
    kit.finish().await;
}

/// What happens to a worker.
#[derive(Debug, Clone, Copy)]
enum Command {
    Emit(Does),
    Advance(u64),
    Kill,
    Restart,
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let command = prop_oneof![
        8 => (0..40_u64).prop_map(|ms| Command::Emit(Does::Sleep(ms))),
        4 => proptest::strategy::Just(Command::Emit(Does::Well)),
        4 => (1..100_u64).prop_map(Command::Advance),
        1 => (1000..5000_u64).prop_map(Command::Advance),
        1 => proptest::strategy::Just(Command::Kill),
        1 => proptest::strategy::Just(Command::Restart),
    ];
    proptest::collection::vec(command, 1..60)
}

/// Emits, settles and restarts as told. The model: what is emitted is done, in order, once.
async fn check(commands: &[Command], concurrency: usize) {
    let desk = Desk::default();
    let lines = format!("concurrency = {concurrency}\nmax_restarts = 1000\nmailbox = 16");
    let kit = worker(&desk, &lines).await;
    kit.expect_failures_of(Worker::TYPE);
    let mut emitted = 0;
    for command in commands {
        match command {
            Command::Emit(does) => {
                kit.work(emitted, *does).await;
                emitted += 1;
            }
            Command::Advance(ms) => kit.advance(Duration::from_millis(*ms)).await,
            Command::Kill => kit.kill(Worker::TYPE),
            Command::Restart => kit.runtime().restart_daemon(Worker::TYPE).unwrap(),
        }
        let account = kit.account(Worker::TYPE);
        assert!(account.owed >= account.settled() && account.owed == u64::from(emitted), "{account:?}");
    }
    kit.settle().await;
    let mut done = desk.done();
    let dead: Vec<u32> = dead_letters(&kit);
    if concurrency == 1 {
        assert!(done.is_sorted(), "{done:?}");
    }
    done.extend(dead);
    done.sort_unstable();
    assert_eq!(done, (0..emitted).collect::<Vec<_>>());
    assert!(desk.most_at_once() <= concurrency);
    kit.expect_dead_letters();
    kit.finish().await;
}

/// What found no room while the worker was in backoff.
fn dead_letters(kit: &TestKit) -> Vec<u32> {
    let letters = kit.snapshot().dead_letters.into_iter();
    letters.map(|letter| letter.payload["n"].as_u64().unwrap().try_into().unwrap()).collect()
}

#[test]
fn any_stream_of_emits_kills_and_restarts_keeps_the_order_and_loses_nothing() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, b"ringrift: order is kept, no loss");
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let cases = (commands(), 1..4_usize);
    let result = runner.run(&cases, |(commands, concurrency)| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(check(&commands, concurrency));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
