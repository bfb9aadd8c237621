//! Panics at every place where a user's code runs: what they count as, and that the rest goes on.

use ringrift_core::{
    StateName::{Backoff, Completed, Running, Stopped},
    prelude::*,
    runtime::Dependents,
    testing::{Fault, FaultAt, TestKit},
};
use serde::{Deserialize, Serialize};

use crate::{
    journal::Journal,
    look::{daemon, health, millis, secs, state},
};

/// Something to handle.
#[event("PANICS_PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping;

/// Panics when it is dropped.
struct Bomb;
impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("the bomb");
        }
    }
}

/// Has every hook.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Worker {
    #[inject]
    journal: Journal,
}

impl Daemon for Worker {
    idle!();

    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.journal.note("on_stop");
        Ok(())
    }

    async fn on_exit(&self, _cx: &Context<Self>, reason: &ExitReason) -> DaemonResult {
        self.journal.note(format!("on_exit {reason}"));
        Ok(())
    }
}

#[handlers]
impl Worker {
    #[on_event("PANICS_PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

/// A service with a main loop of its own.
#[daemon(category = "misc", runner = service, register = false)]
struct Service;
impl Daemon for Service {}

async fn service(_daemon: &Service, cx: &Context<Service>) -> DaemonResult {
    cx.shutdown().cancelled().await;
    Ok(())
}

/// A service whose main loop ends.
#[daemon(category = "misc", runner = ends, register = false)]
struct Ends;
impl Daemon for Ends {}

async fn ends(_daemon: &Ends, _cx: &Context<Ends>) -> DaemonResult {
    Ok(())
}

/// A task with a main function of its own.
#[daemon(category = "misc", kind = "task", runner = task, register = false)]
struct Task;
impl Daemon for Task {}

async fn task(_daemon: &Task, _cx: &Context<Task>) -> DaemonResult {
    Ok(())
}

async fn worker() -> (TestKit, Journal) {
    let journal = Journal::default();
    // Retries would be panics too.
    let config = "[daemons.dlq_retry.options]\nenabled = false";
    let kit = TestKit::builder().daemon::<Worker>().provide(journal.clone()).config(config).start().await;
    (kit, journal)
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_on_start_is_a_failure_and_on_exit_runs() {
    let (kit, journal) = worker().await;
    kit.fault(Worker::TYPE, FaultAt::Start, Fault::Panic, 1);
    kit.runtime().restart_daemon(Worker::TYPE).unwrap();
    let backoff = kit.wait_for(Worker::TYPE, Backoff).await;
    assert_eq!(backoff.cause(), "on_start panicked: an injected panic");
    assert_eq!(journal.take().last().unwrap(), "on_exit failed: on_start panicked: an injected panic");
    kit.wait_for(Worker::TYPE, Running).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_a_runner_is_a_failure() {
    let kit = TestKit::builder().daemon::<Service>().start().await;
    kit.fault(Service::TYPE, FaultAt::Runner, Fault::Panic, 1);
    kit.runtime().restart_daemon(Service::TYPE).unwrap();
    let backoff = kit.wait_for(Service::TYPE, Backoff).await;
    assert_eq!(backoff.cause(), "runner panicked: an injected panic");
    let stats = kit.stats(Service::TYPE);
    let errors: Vec<_> = stats.last_errors.iter().map(|error| &*error.message).collect();
    assert_eq!((stats.panics, stats.errors, &*errors), (1, 1, &["runner panicked: an injected panic"][..]));
    kit.wait_for(Service::TYPE, Running).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_services_runner_is_a_failure_and_a_tasks_is_its_completion() {
    let kit = TestKit::builder().daemon::<Ends>().daemon::<Task>().start().await;
    kit.expect_failures_of(Ends::TYPE);
    let backoff = kit.wait_for(Ends::TYPE, Backoff).await;
    let text = "the runner of a service returned; make it a task, or let it run until `cx.shutdown()`";
    assert_eq!(backoff.cause(), text);
    assert_eq!(kit.wait_for(Task::TYPE, Completed).await.to_string(), "completed: its run returned");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn three_handler_panics_in_sixty_seconds_are_a_failure() {
    let (kit, _) = worker().await;
    kit.expect_dead_letters();
    kit.fault(Worker::TYPE, FaultAt::Handler, Fault::Panic, 3);
    for pause in [29, 31, 0] {
        assert_eq!(state(&kit, Worker::TYPE), Running);
        kit.emit(Ping).await;
        kit.advance(secs(pause)).await;
    }
    let backoff = kit.wait_for(Worker::TYPE, Backoff).await;
    let text = "3 handlers panicked in 60 s, the last in `on_ping`: an injected panic";
    assert_eq!(backoff.cause(), text);
    assert_eq!(kit.stats(Worker::TYPE).panics, 3);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn two_handler_panics_in_sixty_seconds_or_three_in_sixty_one_are_dead_letters_only() {
    let (kit, _) = worker().await;
    kit.expect_dead_letters();
    kit.fault(Worker::TYPE, FaultAt::Handler, Fault::Panic, 3);
    for pause in [30, 31, 1] {
        kit.emit(Ping).await;
        kit.advance(secs(pause)).await;
    }
    assert_eq!((state(&kit, Worker::TYPE), daemon(&kit, Worker::TYPE).incarnation), (Running, 1));
    assert_eq!((kit.stats(Worker::TYPE).panics, kit.snapshot().deliveries.dead), (3, 3));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn panics_of_the_hooks_of_the_end_are_counted_and_the_stop_goes_on() {
    let (kit, journal) = worker().await;
    kit.fault(Worker::TYPE, FaultAt::Stop, Fault::Panic, 1);
    kit.fault(Worker::TYPE, FaultAt::Exit, Fault::Panic, 1);
    kit.runtime().stop_daemon(Worker::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(state(&kit, Worker::TYPE), Stopped);
    let stats = kit.stats(Worker::TYPE);
    let errors: Vec<_> = stats.last_errors.iter().map(|error| (&*error.hook, &*error.message)).collect();
    assert_eq!(errors, [("on_stop", "panicked: an injected panic"), ("on_exit", "panicked: an injected panic")]);
    assert_eq!((stats.panics, journal.take()), (2, Vec::<String>::new()));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn on_exit_runs_after_on_stop_panicked() {
    let (kit, journal) = worker().await;
    kit.fault(Worker::TYPE, FaultAt::Stop, Fault::Panic, 1);
    kit.runtime().stop_daemon(Worker::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(journal.take(), ["on_exit stopped: an operator stopped it"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_health_is_a_failed_check() {
    let (kit, _) = worker().await;
    kit.advance(secs(31)).await;
    kit.fault(Worker::TYPE, FaultAt::Health, Fault::Panic, 1);
    kit.advance(secs(30)).await;
    let found = health(&kit, Worker::TYPE);
    assert_eq!((found.failed_checks, found.healthy), (1, false));
    assert_eq!(found.report.message, "the health check panicked: an injected panic");
    kit.advance(secs(30)).await;
    let found = health(&kit, Worker::TYPE);
    assert_eq!((found.failed_checks, found.healthy), (0, true));
    kit.finish().await;
}

/// Holds a bomb itself.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Armed {
    #[init(Bomb)]
    _bomb: Bomb,
}
impl Daemon for Armed {
    idle!();
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_daemons_drop_is_counted_and_the_stop_goes_on() {
    let kit = TestKit::builder().daemon::<Armed>().start().await;
    kit.expect_failures_of(Armed::TYPE);
    kit.runtime().restart_daemon(Armed::TYPE).unwrap();
    kit.advance(millis(1)).await;
    assert_eq!((state(&kit, Armed::TYPE), daemon(&kit, Armed::TYPE).incarnation), (Running, 2));
    kit.runtime().stop_daemon(Armed::TYPE, Dependents::Refuse).await.unwrap();
    let stats = kit.stats(Armed::TYPE);
    assert_eq!((state(&kit, Armed::TYPE), stats.panics), (Stopped, 2));
    assert_eq!(stats.last_errors[0].message, "the drop of the daemon panicked: the bomb");
    kit.finish().await;
}
