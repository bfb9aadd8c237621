//! One daemon among a hundred hangs, blocks, or does not end: the others miss nothing, and it is named.

use std::sync::atomic::Ordering::SeqCst;

use ringrift_core::{
    HealthStatus, Registry,
    StateName::{Leaked, Running, Stopped},
    prelude::*,
    runtime::{Dependents, OperateError, Runtime},
    testing::{Fault, FaultAt, KitBuilder, TestKit},
};
use ringrift_tests::crash::{
    others::{Delays, OTHERS, Other, Release, Threads, are_named, blocking, others, start, until},
    stubborn::{Clings, Deaf},
};

use crate::look::millis;

/// The one that hangs.
#[daemon(category = "misc", cycle = "1s", register = false)]
struct Hangs;
impl Daemon for Hangs {
    idle!();
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

/// The others.
fn kit_builder() -> KitBuilder {
    TestKit::builder().replicate::<Other>(OTHERS).provide(Delays::default())
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_named_and_the_others_miss_no_cycle() {
    let kit = kit_builder().daemon::<Hangs>().start().await;
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
    let kit = kit_builder().daemon::<Deaf>().start().await;
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
    let kit = kit_builder().daemon::<Clings>().start().await;
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
    let runtime = Runtime::builder().registry(registry).provide(Delays::default()).start().await.unwrap();
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

/// The others, and what blocks; it is blocked by now.
async fn runtime(workers: usize, threads: &Threads) -> (Runtime, Vec<DaemonType>) {
    let (registry, daemons) = blocking(workers);
    let runtime = start(registry, threads, &Delays::default()).await.unwrap();
    threads.begin.store(true, SeqCst);
    waits("the workers are blocked", || threads.blocked.load(SeqCst) == workers);
    (runtime, daemons)
}

fn waits(what: &str, is_so: impl FnMut() -> bool) {
    until(what, is_so).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_blocks_a_worker_is_named_and_the_others_go_on() {
    let threads = Threads::default();
    let _release = Release(threads.clone());
    let (runtime, daemons) = runtime(1, &threads).await;
    let cycles = || others(&runtime.snapshot()).iter().map(|other| other.stats.cycles).min();
    waits("it is named", || are_named(&runtime, &daemons));
    let before = cycles();
    waits("every other has run twenty cycles more", || cycles() >= before.map(|cycles| cycles + 20));
    assert!(are_named(&runtime, &daemons), "it blocks all the while");
    let snapshot = runtime.snapshot();
    assert!(others(&snapshot).iter().all(|other| other.health.healthy));
    threads.go_on.store(true, SeqCst);
    assert_eq!(runtime.shutdown().await.leaked, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_that_block_every_worker_are_named_and_the_others_recover() {
    let threads = Threads::default();
    let _release = Release(threads.clone());
    let (runtime, daemons) = runtime(2, &threads).await;
    waits("both are named", || are_named(&runtime, &daemons));
    let cycles = || others(&runtime.snapshot()).iter().map(|other| other.stats.cycles).min();
    let before = cycles();
    threads.go_on.store(true, SeqCst);
    waits("every other goes on", || cycles() > before);
    waits("nothing is named any more", || daemons.iter().all(|daemon| !are_named(&runtime, &[*daemon])));
    assert_eq!(runtime.shutdown().await.leaked, []);
}
