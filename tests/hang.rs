//! Hooks that hang: noticed, named, announced, and what ends them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use ringrift_core::{
    HealthStatus, Registry,
    StateName::{Running, Starting, Stopping},
    builtin::event_router::EventRouter,
    prelude::*,
    runtime::Runtime,
    testing::{Fault, FaultAt, TestKit},
};
use serde::{Deserialize, Serialize};

use crate::{
    journal::{Ear, Journal},
    look::{health, millis, secs, state},
};

/// Something to handle.
#[event("HANG_PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping;

/// Beats only when it is told to.
#[daemon(category = "misc", cycle = "1h", handler_timeout = "1h", register = false)]
struct Worker {
    #[inject]
    beats: Beats,
}

#[derive(Clone, Default)]
struct Beats(Arc<AtomicBool>);

impl Daemon for Worker {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        for _ in 0..90 {
            tokio::time::sleep(secs(1)).await;
            if self.beats.0.load(SeqCst) {
                cx.heartbeat();
            }
        }
        Ok(())
    }
}

#[handlers]
impl Worker {
    #[on_event("HANG_PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        tokio::time::sleep(secs(100)).await;
        Ok(())
    }
}

async fn worker() -> (TestKit, Journal, Beats) {
    let (journal, beats) = (Journal::default(), Beats::default());
    let builder = TestKit::builder().daemon::<Worker>().daemon::<Ear>();
    let kit = builder.provide(journal.clone()).provide(beats.clone()).start().await;
    kit.advance(millis(1)).await;
    journal.take();
    (kit, journal, beats)
}

#[tokio::test(start_paused = true)]
async fn a_hook_of_over_sixty_seconds_is_stalled_and_recovers() {
    let (kit, journal, _) = worker().await;
    kit.advance(secs(59)).await;
    assert_eq!((health(&kit, Worker::TYPE).status(), journal.take()), (HealthStatus::Running, vec![]));
    kit.advance(secs(14)).await;
    let found = health(&kit, Worker::TYPE);
    assert_eq!((found.status(), &*found.report.message), (HealthStatus::Degraded, "stalled in run_cycle for 73 s"));
    assert_eq!(state(&kit, Worker::TYPE), Running);
    assert_eq!(journal.take(), ["STALLED worker run_cycle"]);
    kit.advance(secs(18)).await;
    assert_eq!(health(&kit, Worker::TYPE).status(), HealthStatus::Running);
    assert_eq!(journal.take(), ["RECOVERED worker run_cycle"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stalled_incarnation_that_was_replaced_before_the_next_tick_never_recovered() {
    let (kit, journal, _) = worker().await;
    kit.advance(secs(73)).await;
    assert_eq!(journal.take(), ["STALLED worker run_cycle"]);
    kit.runtime().restart_daemon(Worker::TYPE).unwrap();
    // Its cycle is cut off after 5 s, and the next incarnation begins in the same moment.
    kit.wait_for(Worker::TYPE, Stopping).await;
    kit.wait_for(Worker::TYPE, Running).await;
    assert_eq!(health(&kit, Worker::TYPE).report.message, "not checked yet");
    kit.advance(millis(200)).await;
    assert_eq!(journal.take(), ["RESTARTED worker 2", "STARTED worker 2", "RECOVERED worker run_cycle"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn heartbeats_keep_it_from_being_stalled_and_end_it() {
    let (kit, journal, beats) = worker().await;
    beats.0.store(true, SeqCst);
    kit.advance(secs(80)).await;
    assert_eq!((health(&kit, Worker::TYPE).status(), journal.take()), (HealthStatus::Running, vec![]));
    kit.runtime().restart_daemon(Worker::TYPE).unwrap();
    beats.0.store(false, SeqCst);
    kit.advance(secs(5 + 65)).await;
    assert_eq!(health(&kit, Worker::TYPE).status(), HealthStatus::Degraded);
    beats.0.store(true, SeqCst);
    kit.advance(secs(2)).await;
    assert_eq!(health(&kit, Worker::TYPE).status(), HealthStatus::Running);
    assert_eq!(journal.take()[2..], ["STALLED worker run_cycle", "RECOVERED worker run_cycle"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stalled_handler_is_named_also_while_a_younger_cycle_runs() {
    let config = "[daemons.worker.options]\ncycle = '2s'";
    let (journal, beats) = (Journal::default(), Beats::default());
    let builder = TestKit::builder().daemon::<Worker>().daemon::<Ear>().config(config);
    let kit = builder.provide(journal.clone()).provide(beats).start().await;
    kit.advance(secs(40)).await;
    kit.emit(Ping).await;
    // The first cycle ends at 90 s, the second begins at 92 s; the handler began at 40 s.
    kit.advance(secs(70)).await;
    assert_eq!(health(&kit, Worker::TYPE).report.message, "stalled in on_ping for 70 s");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stalled_start_is_degraded_and_says_so() {
    let config = "[daemons.worker.options]\nstart_timeout = '10m'";
    let builder = TestKit::builder().daemon::<Worker>().config(config).provide(Beats::default());
    let kit = builder.start().await;
    kit.fault(Worker::TYPE, FaultAt::Start, Fault::Slow(secs(300)), 1);
    kit.runtime().restart_daemon(Worker::TYPE).unwrap();
    kit.wait_for(Worker::TYPE, Starting).await;
    kit.advance(secs(73)).await;
    let found = health(&kit, Worker::TYPE);
    let text = "stalled in on_start for 73 s; starting: its on_start runs";
    assert_eq!((found.status(), &*found.report.message), (HealthStatus::Degraded, text));
    kit.finish().await;
}

/// A service that may beat.
#[daemon(category = "misc", runner = service, register = false)]
struct Service;
impl Daemon for Service {}

async fn service(_daemon: &Service, cx: &Context<Service>) -> DaemonResult {
    tokio::time::sleep(secs(600)).await;
    cx.heartbeat();
    cx.shutdown().cancelled().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_runner_is_watched_from_its_first_heartbeat_on() {
    let kit = TestKit::builder().daemon::<Service>().start().await;
    kit.advance(secs(650)).await;
    assert_eq!(health(&kit, Service::TYPE).status(), HealthStatus::Running);
    kit.advance(secs(20)).await;
    assert_eq!(health(&kit, Service::TYPE).report.message, "stalled in runner for 70 s");
    kit.finish().await;
}

/// Blocks a worker thread until it is let go.
#[daemon(category = "misc", cycle = "1h", register = false)]
struct Blocks {
    #[inject]
    go_on: GoOn,
}

/// Blocks a worker thread in its health check until it is let go.
#[daemon(category = "misc", cycle = "1h", health_check_interval = "1ms", startup_grace = "0s", register = false)]
struct BlocksInHealth {
    #[inject]
    go_on: GoOn,
}

#[derive(Clone, Default)]
struct GoOn(Arc<AtomicBool>);

impl GoOn {
    #[expect(clippy::disallowed_methods, reason = "to block a thread is the point")]
    fn block(&self) {
        while !self.0.load(SeqCst) {
            std::thread::sleep(millis(10));
        }
    }
}

impl Daemon for Blocks {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        self.go_on.block();
        Ok(())
    }
}

impl Daemon for BlocksInHealth {
    idle!();

    async fn health(&self, _cx: &Context<Self>) -> HealthReport {
        self.go_on.block();
        HealthReport::running()
    }
}

/// Lets the thread go, also when the test fails: or its runtime would never end.
impl Drop for Release {
    fn drop(&mut self) {
        self.0.0.store(true, SeqCst);
    }
}

struct Release(GoOn);

/// Waits on the real clock, as the watchdog does.
async fn until(is_so: impl Fn() -> bool, what_is: impl Fn() -> String) {
    let reached = async {
        while !is_so() {
            tokio::time::sleep(millis(20)).await;
        }
    };
    tokio::time::timeout(secs(60), reached).await.unwrap_or_else(|_| panic!("{}", what_is()));
}

/// Waits until the message of a daemon's health fits.
async fn until_message(runtime: &Runtime, daemon: DaemonType, fits: impl Fn(&str) -> bool) {
    let message = || runtime.health(daemon).unwrap().report.message;
    until(|| fits(&message()), message).await;
}

async fn is_named_while_it_blocks<D: Daemon>(journal: Journal) {
    let go_on = GoOn::default();
    let _release = Release(go_on.clone());
    let registry = Registry::empty().with::<EventRouter>().with::<Ear>().with::<D>();
    let builder = Runtime::builder().registry(registry).provide(go_on.clone()).provide(journal.clone());
    let runtime = builder.start().await.unwrap();
    let daemon = D::SPEC.get().daemon_type();
    until_message(&runtime, daemon, |message| message.starts_with("blocks a worker thread for ")).await;
    go_on.0.store(true, SeqCst);
    until_message(&runtime, daemon, |message| !message.contains("blocks")).await;
    let name = daemon.as_str();
    let said = || ["STALLED", "RECOVERED"].map(|event| journal.count(&format!("{event} {name} a worker thread")));
    // The watchdog says so after it is so, and the ear hears it later still.
    until(|| said()[1] > 0, || format!("{:?}", said())).await;
    assert!(runtime.shutdown().await.leaked.is_empty());
    assert_eq!(said(), [1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_cycle_that_blocks_a_worker_is_named() {
    is_named_while_it_blocks::<Blocks>(Journal::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_health_check_that_blocks_a_worker_is_named() {
    is_named_while_it_blocks::<BlocksInHealth>(Journal::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_blocks_a_worker_for_ever_is_leaked_and_its_cycle_is_named() {
    let go_on = GoOn::default();
    let _release = Release(go_on.clone());
    let builder = Runtime::builder().registry(Registry::empty().with::<Blocks>()).provide(go_on.clone());
    let runtime = builder.start().await.unwrap();
    runtime.started().await;
    until_message(&runtime, Blocks::TYPE, |message| message.starts_with("blocks a worker")).await;
    runtime.stop_at_once();
    let report = runtime.shutdown().await;
    let why = "its run_cycle had not ended when the stop was cut short";
    assert_eq!(report.leaked, [(Blocks::TYPE, why.to_owned())]);
    go_on.0.store(true, SeqCst);
}
