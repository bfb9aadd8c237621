//! One emit is one delivery to each subscriber, whenever it starts; how many run at once.

use std::time::Duration;

use ringrift_core::{
    AccountSnapshot, DeadReason, EmitError, Event, LetterState, StateName, prelude::*, testing::TestKit,
};

use crate::desk::{Ask, Desk, Does, Work, Worker, worker};

/// Starts first, and says so.
#[daemon(category = "misc", emits = [Work], register = false)]
struct First;

impl Daemon for First {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        cx.emit(Work::new(1, Does::Well)).await?;
        Ok(())
    }
}

/// Comes between the first and the last, slowly.
#[daemon(category = "misc", depends_on = [First], register = false)]
struct Middle;

impl Daemon for Middle {
    async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
        tokio::time::sleep(Duration::from_secs(20)).await;
        Ok(())
    }
}

/// Starts last, and hears everything.
#[daemon(category = "misc", depends_on = [Middle], register = false)]
struct Last {
    #[inject]
    desk: Desk,
}

impl Daemon for Last {}

#[handlers]
impl Last {
    #[on_event("WORK")]
    async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
        self.desk.perform(work).await
    }
}

#[tokio::test(start_paused = true)]
async fn one_emit_is_exactly_one_delivery_to_each_subscriber() {
    let desk = Desk::default();
    let kit = TestKit::builder().replicate::<Worker>(7).daemon::<Middle>().provide(desk.clone()).start().await;
    for _ in 0..10 {
        kit.work(5, Does::Well).await;
    }
    kit.settle().await;
    // Ten from here and one from `First`, for each of seven.
    assert_eq!(desk.done().len(), 77);
    let each = AccountSnapshot { owed: 11, handled: 11, ..AccountSnapshot::default() };
    let snapshot = kit.snapshot();
    for daemon in snapshot.daemons.iter().filter(|daemon| daemon.name.starts_with("worker#")) {
        assert_eq!(daemon.handlers[0].deliveries, each, "{}", daemon.name);
        assert_eq!(daemon.stats.events, 11);
    }
    let work = snapshot.events.iter().find(|event| event.name == Work::NAME).unwrap();
    assert_eq!((work.emitted, work.deliveries.owed, work.deliveries.handled), (11, 77, 77));
    assert_eq!(snapshot.deliveries.owed, 77);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_event_of_the_first_on_start_reaches_the_daemon_that_starts_last() {
    let desk = Desk::default();
    let kit = TestKit::builder().daemon::<Last>().provide(desk.clone()).start().await;
    kit.settle().await;
    assert_eq!(desk.done(), [1]);
    assert!(kit.daemon(Last::TYPE).start_took_ms.is_some());
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn handlers_run_one_at_a_time() {
    let desk = Desk::default();
    let kit = worker(&desk, "").await;
    for n in 0..20 {
        kit.work(n, Does::Sleep(10)).await;
    }
    kit.settle().await;
    assert_eq!((desk.most_at_once(), desk.done()), (1, (0..20).collect()));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn concurrency_three_runs_three_at_once_and_never_four() {
    let desk = Desk::default();
    let kit = worker(&desk, "concurrency = 3").await;
    for n in 0..10 {
        kit.work(n, Does::Wait).await;
    }
    kit.seconds(1).await;
    assert_eq!(desk.begun(), [0, 1, 2]);
    desk.let_go(1);
    kit.seconds(1).await;
    assert_eq!(desk.begun(), [0, 1, 2, 3]);
    desk.let_go(9);
    kit.settle().await;
    assert_eq!((desk.most_at_once(), desk.done().len()), (3, 10));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn with_concurrency_a_slow_handler_does_not_hold_up_what_comes_later() {
    let desk = Desk::default();
    let kit = worker(&desk, "concurrency = 2").await;
    kit.work(1, Does::Sleep(10_000)).await;
    kit.seconds(1).await;
    kit.work(2, Does::Well).await;
    kit.work(3, Does::Well).await;
    kit.seconds(1).await;
    assert_eq!(desk.done(), [2, 3]);
    kit.seconds(10).await;
    assert_eq!(desk.done(), [2, 3, 1]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_owed_to_a_daemon_that_is_disabled() {
    let kit = worker(&Desk::default(), "enabled = false").await;
    assert_eq!(kit.state(Worker::TYPE).name(), StateName::Disabled);
    kit.work(1, Does::Well).await;
    assert_eq!(kit.account(Worker::TYPE), AccountSnapshot::default());
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_owed_to_a_daemon_that_is_not_selected() {
    /// In another profile than the test's.
    #[daemon(category = "misc", profiles = ["other"], register = false)]
    struct Elsewhere {
        #[inject]
        desk: Desk,
    }
    impl Daemon for Elsewhere {}
    #[handlers]
    impl Elsewhere {
        #[on_event("WORK")]
        async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
            self.desk.perform(work).await
        }
    }
    /// In the test's profile.
    #[daemon(category = "misc", profiles = ["here"], register = false)]
    struct Here;
    impl Daemon for Here {}

    let desk = Desk::default();
    let builder = TestKit::builder().daemon::<Elsewhere>().daemon::<Here>().provide(desk.clone());
    let kit = builder.profile("here").start().await;
    kit.work(1, Does::Well).await;
    assert_eq!(kit.account(Elsewhere::TYPE), AccountSnapshot::default());
    // Once an operator starts it, it is owed what comes from then on.
    kit.runtime().start_daemon(Elsewhere::TYPE).unwrap();
    kit.work(2, Does::Well).await;
    kit.settle().await;
    assert_eq!(desk.done(), [2]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn mail_waits_while_the_daemon_is_stopped_and_in_backoff() {
    let desk = Desk::default();
    let kit = worker(&desk, "").await;
    let runtime = kit.runtime();
    runtime.stop_daemon(Worker::TYPE, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    kit.work(1, Does::Well).await;
    kit.seconds(60).await;
    assert_eq!((desk.begun(), kit.daemon(Worker::TYPE).mailbox.unwrap().queued), (vec![], 1));
    runtime.start_daemon(Worker::TYPE).unwrap();
    kit.wait_for(Worker::TYPE, StateName::Running).await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    kit.work(2, Does::Well).await;
    kit.settle().await;
    assert_eq!(desk.done(), [1, 2]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_queued_when_the_runtime_ends_is_undelivered_at_stop() {
    let desk = Desk::default();
    let kit = worker(&desk, "").await;
    kit.runtime().stop_daemon(Worker::TYPE, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    for n in 0..3 {
        kit.work(n, Does::Well).await;
    }
    let runtime = kit.runtime().clone();
    kit.finish().await;
    let daemons = runtime.snapshot().daemons;
    let worker = daemons.iter().find(|daemon| daemon.name == "worker").unwrap();
    let expected = AccountSnapshot { owed: 3, undelivered_at_stop: 3, ..AccountSnapshot::default() };
    assert_eq!(worker.handlers[0].deliveries, expected);
    assert_eq!(runtime.shutdown().await.undelivered, 3, "a second shutdown reports the same");
    assert_eq!(runtime.emit(Work::new(4, Does::Well)).await, Err(EmitError::Stopped { event: "WORK" }));
}

#[tokio::test(start_paused = true)]
async fn what_is_in_hand_and_queued_drains_within_stop_timeout() {
    let desk = Desk::default();
    let kit = worker(&desk, "stop_timeout = \"5s\"").await;
    for n in 0..4 {
        kit.work(n, Does::Sleep(1000)).await;
    }
    kit.moment().await;
    kit.finish().await;
    assert_eq!(desk.done(), [0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn what_is_in_hand_beyond_stop_timeout_is_undelivered_at_stop() {
    let desk = Desk::default();
    let kit = worker(&desk, "stop_timeout = \"3s\"").await;
    kit.work(1, Does::Well).await;
    kit.work(2, Does::Hang).await;
    kit.work(3, Does::Well).await;
    kit.moment().await;
    let runtime = kit.runtime().clone();
    kit.finish().await;
    let deliveries = runtime.snapshot().deliveries;
    let expected = AccountSnapshot { owed: 3, handled: 1, undelivered_at_stop: 2, ..AccountSnapshot::default() };
    assert_eq!((deliveries, desk.done()), (expected, vec![1]));
}

#[tokio::test(start_paused = true)]
async fn a_failed_daemon_gets_no_mail_and_what_it_had_is_dead() {
    let desk = Desk::default();
    let kit = worker(&desk, "restart = \"never\"").await;
    for n in 0..3 {
        kit.work(n, Does::Wait).await;
    }
    kit.moment().await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Failed).await;
    kit.work(3, Does::Well).await;
    let dead = ("on_work".to_owned(), DeadReason::Stopped, LetterState::Pending, 0);
    assert_eq!(kit.letters(), vec![dead; 4]);
    let account = kit.account(Worker::TYPE);
    assert_eq!((account.owed, account.dead, desk.begun()), (4, 4, vec![0]));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn deliveries_go_on_while_the_event_router_restarts() {
    let desk = Desk::default();
    let kit = worker(&desk, "").await;
    kit.kill(EventRouter::TYPE);
    kit.wait_for(EventRouter::TYPE, StateName::Backoff).await;
    kit.work(1, Does::Well).await;
    kit.moment().await;
    assert_eq!((desk.done(), kit.state(EventRouter::TYPE).name()), (vec![1], StateName::Backoff));
    kit.wait_for(EventRouter::TYPE, StateName::Running).await;
    kit.work(2, Does::Well).await;
    kit.settle().await;
    assert_eq!(desk.done(), [1, 2]);
    kit.finish().await;
}
