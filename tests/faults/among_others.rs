//! One daemon among a hundred hangs, blocks, or does not end: the others miss nothing, and it is named.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use ringrift_core::{
    HealthStatus, Registry,
    StateName::{Leaked, Running, Stopped},
    prelude::*,
    runtime::{
        Dependents, OperateError, Runtime,
        snapshot::{DaemonSnapshot, Snapshot},
    },
    testing::{Fault, FaultAt, TestKit},
};

use crate::look::{millis, secs};

const OTHERS: usize = 100;

/// One of the others.
#[daemon(category = "misc", cycle = "1s", register = false)]
struct Other;
impl Daemon for Other {}

/// The one that hangs.
#[daemon(category = "misc", cycle = "1s", register = false)]
struct Hangs;
impl Daemon for Hangs {}

/// Does not hear that it is to end, whatever hook it is told in.
#[daemon(category = "misc", cycle = "1h", register = false)]
struct Deaf;
impl Daemon for Deaf {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.spawn(std::future::pending::<()>());
        std::future::pending().await
    }
    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        std::future::pending().await
    }
    async fn on_exit(&self, _cx: &Context<Self>, _reason: &ExitReason) -> DaemonResult {
        std::future::pending().await
    }
}

/// Gives a reference to itself away that never comes back.
#[daemon(category = "misc", cycle = "1h", register = false)]
struct Clings;
impl Daemon for Clings {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        std::mem::forget(cx.this());
        std::future::pending().await
    }
}

fn others(snapshot: &Snapshot) -> Vec<&DaemonSnapshot> {
    snapshot.daemons.iter().filter(|daemon| daemon.name.starts_with("other#")).collect()
}

/// All the others have run so many cycles, and nothing is held against them.
fn check_others(kit: &TestKit, cycles: u64) {
    let snapshot = kit.snapshot();
    assert_eq!(others(&snapshot).len(), OTHERS);
    for other in others(&snapshot) {
        let found = (other.stats.cycles, other.state, other.health.healthy, other.incarnation);
        assert_eq!(found, (cycles, Running, true, 1), "{}", other.name);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_named_and_the_others_miss_no_cycle() {
    let kit = TestKit::builder().replicate::<Other>(OTHERS).daemon::<Hangs>().start().await;
    kit.fault(Hangs::TYPE, FaultAt::Cycle, Fault::Hang, 1);
    kit.advance(millis(100_500)).await;
    check_others(&kit, 101);
    let snapshot = kit.snapshot();
    let unwell = snapshot.daemons.iter().filter(|daemon| daemon.health.status() != HealthStatus::Running);
    let unwell: Vec<_> = unwell.map(|daemon| (&*daemon.name, &*daemon.health.report.message)).collect();
    assert_eq!(unwell, [("hangs", "stalled in run_cycle for 99 s")]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn one_that_is_deaf_is_cut_off_and_the_others_miss_no_cycle() {
    let kit = TestKit::builder().replicate::<Other>(OTHERS).daemon::<Deaf>().start().await;
    kit.expect_failures_of(Deaf::TYPE);
    kit.advance(millis(500)).await;
    kit.runtime().stop_daemon(Deaf::TYPE, Dependents::Refuse).await.unwrap();
    assert_eq!(kit.state(Deaf::TYPE).name(), Stopped);
    let cycles = 1 + kit.snapshot().runtime.uptime_ms / 1000;
    check_others(&kit, cycles);
    assert!((6..=10).contains(&cycles), "{cycles}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn one_that_can_not_be_ended_is_leaked_and_the_others_miss_no_cycle() {
    let kit = TestKit::builder().replicate::<Other>(OTHERS).daemon::<Clings>().start().await;
    kit.expect_failures_of(Clings::TYPE);
    kit.advance(millis(500)).await;
    let refused = kit.runtime().stop_daemon(Clings::TYPE, Dependents::Refuse).await;
    assert!(matches!(refused, Err(OperateError::Leaked { daemon, .. }) if daemon == Clings::TYPE), "{refused:?}");
    assert_eq!(kit.state(Clings::TYPE).name(), Leaked);
    check_others(&kit, 1 + kit.snapshot().runtime.uptime_ms / 1000);
    let report = kit.runtime().shutdown().await;
    assert_eq!(report.leaked.iter().map(|(daemon, _)| *daemon).collect::<Vec<_>>(), [Clings::TYPE]);
    kit.finish().await;
}

/// Stops a runtime with fifty copies of `D` among the others: how many of them are named as leaked, and the
/// milliseconds of the paused clock.
async fn stop_with_fifty<D: Daemon>() -> (usize, u128) {
    let registry = Registry::empty().__with_copies::<Other>(OTHERS).__with_copies::<D>(50);
    let runtime = Runtime::builder().registry(registry).start().await.unwrap();
    runtime.started().await;
    tokio::time::sleep(millis(500)).await;
    let begun = tokio::time::Instant::now();
    let report = runtime.shutdown().await;
    let took = begun.elapsed().as_millis();
    assert!(report.leaked.iter().all(|(daemon, _)| !daemon.as_str().starts_with("other#")), "{report:?}");
    assert!(others(&runtime.snapshot()).iter().all(|other| other.state == Stopped));
    (report.leaked.len(), took)
}

#[tokio::test(start_paused = true)]
async fn fifty_that_do_not_listen_take_no_longer_than_one() {
    let (leaked, took) = stop_with_fifty::<Deaf>().await;
    assert!(leaked == 0 && took <= 10_000, "{leaked} {took}");
}

#[tokio::test(start_paused = true)]
async fn fifty_that_can_not_be_ended_are_all_named_within_the_budget() {
    let (leaked, took) = stop_with_fifty::<Clings>().await;
    assert!(leaked == 50 && took <= 25_000, "{leaked} {took}");
}

/// What the blocking daemons of a test share.
#[derive(Clone, Default)]
struct Threads {
    blocked: Arc<AtomicUsize>,
    go_on: Arc<AtomicBool>,
}

/// Lets the threads go, also when the test fails: or its runtime would never end.
struct Release(Threads);

impl Drop for Release {
    fn drop(&mut self) {
        self.0.go_on.store(true, SeqCst);
    }
}

macro_rules! blocks {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[daemon(category = "misc", cycle = "1h", register = false)]
        struct $name {
            #[inject]
            threads: Threads,
        }
        impl Daemon for $name {
            #[expect(clippy::disallowed_methods, reason = "to block a thread is the point")]
            async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
                self.threads.blocked.fetch_add(1, SeqCst);
                while !self.threads.go_on.load(SeqCst) {
                    std::thread::sleep(millis(10));
                }
                Ok(())
            }
        }
    };
}

blocks!(/** Blocks a worker. */ Blocks);
blocks!(/** Blocks another. */ BlocksToo);

/// Looks again and again from a thread that is no worker: on the real clock, which is all that is left when
/// every worker is blocked.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = tokio::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < secs(60), "not in a minute: {what}");
        std::thread::park_timeout(millis(10));
    }
}

fn is_named(runtime: &Runtime, daemon: DaemonType) -> bool {
    runtime.health(daemon).unwrap().report.message.starts_with("blocks a worker thread for ")
}

async fn runtime(registry: Registry, threads: &Threads) -> Runtime {
    let registry = registry.__with_copies::<Other>(OTHERS);
    let config = "[daemons.other.options]\ncycle = '20ms'";
    let config = ringrift_core::config::layers::Layers::default().text("test.toml", config).build().unwrap();
    let builder = Runtime::builder().registry(registry).config(config).provide(threads.clone());
    let runtime = builder.start().await.unwrap();
    until("the workers are blocked", || threads.blocked.load(SeqCst) > 0);
    runtime
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_blocks_a_worker_is_named_and_the_others_go_on() {
    let threads = Threads::default();
    let _release = Release(threads.clone());
    let runtime = runtime(Registry::empty().with::<Blocks>(), &threads).await;
    let cycles = || others(&runtime.snapshot()).iter().map(|other| other.stats.cycles).min();
    until("it is named", || is_named(&runtime, Blocks::TYPE));
    let before = cycles();
    until("every other has run twenty cycles more", || cycles() >= before.map(|cycles| cycles + 20));
    assert!(is_named(&runtime, Blocks::TYPE), "it blocks all the while");
    let snapshot = runtime.snapshot();
    assert!(others(&snapshot).iter().all(|other| other.health.healthy));
    threads.go_on.store(true, SeqCst);
    assert_eq!(runtime.shutdown().await.leaked, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_that_block_every_worker_are_named_and_the_others_recover() {
    let threads = Threads::default();
    let _release = Release(threads.clone());
    let runtime = runtime(Registry::empty().with::<Blocks>().with::<BlocksToo>(), &threads).await;
    until("both are named", || is_named(&runtime, Blocks::TYPE) && is_named(&runtime, BlocksToo::TYPE));
    let cycles = || others(&runtime.snapshot()).iter().map(|other| other.stats.cycles).min();
    let before = cycles();
    threads.go_on.store(true, SeqCst);
    until("every other goes on", || cycles() > before);
    until("nothing is named any more", || !is_named(&runtime, Blocks::TYPE) && !is_named(&runtime, BlocksToo::TYPE));
    assert_eq!(runtime.shutdown().await.leaked, []);
}
