//! What follows a failure: backoff, the count, its reset, and what comes after the last restart.

use ringrift_core::{
    StateName::{Backoff, Completed, Failed, Running},
    prelude::*,
    testing::{Fault, FaultAt, TestKit},
};

use crate::{
    journal::{Ear, Journal},
    look::{daemon, millis, secs, state, until},
};

/// Works every minute.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Worker;
impl Daemon for Worker {
    idle!();
}

/// Is not restarted.
#[daemon(category = "misc", cycle = "60s", restart = "never", register = false)]
struct Never;
impl Daemon for Never {
    idle!();
}

/// Says the same in the guide's words.
#[daemon(category = "misc", cycle = "60s", auto_restart = false, register = false)]
struct NotAuto;
impl Daemon for NotAuto {
    idle!();
}

/// Is tried again for ever.
#[daemon(category = "misc", cycle = "60s", max_restarts = 1, on_exhausted = "retry_slow", register = false)]
struct Slow;
impl Daemon for Slow {
    idle!();
}

/// The process can't do without it.
#[daemon(category = "misc", cycle = "60s", max_restarts = 1, critical, register = false)]
struct Critical;
impl Daemon for Critical {
    idle!();
}

/// A task that begins again.
#[daemon(category = "misc", kind = "task", restart = "always", register = false)]
struct Again;
impl Daemon for Again {}

/// Needs the worker.
#[daemon(category = "misc", cycle = "60s", max_restarts = 1, depends_on = [Worker], register = false)]
struct Needy;
impl Daemon for Needy {
    idle!();
}

/// Needs the worker, and is not restarted.
#[daemon(category = "misc", cycle = "60s", restart = "never", depends_on = [Worker], register = false)]
struct NeedyNever;
impl Daemon for NeedyNever {
    idle!();
}

async fn kit_of<D: Daemon>() -> TestKit {
    TestKit::builder().daemon::<D>().start().await
}

/// Makes a running daemon fail; the milliseconds of the delay that it was given.
async fn fail(kit: &TestKit, daemon: DaemonType) -> u64 {
    kit.wait_for(daemon, Running).await;
    kit.kill(daemon);
    kit.wait_for(daemon, Backoff).await;
    delay(kit, daemon)
}

fn delay(kit: &TestKit, daemon: DaemonType) -> u64 {
    match kit.state(daemon) {
        ringrift_core::State::Backoff { delay, .. } => delay.as_millis() as u64,
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_delays_are_one_two_four_eight_sixteen_seconds_within_a_tenth() {
    for seed in 0..20 {
        let kit = TestKit::builder().daemon::<Worker>().seed(seed).start().await;
        for (restart, seconds) in [1, 2, 4, 8, 16].into_iter().enumerate() {
            let delay = fail(&kit, Worker::TYPE).await;
            assert_eq!(daemon(&kit, Worker::TYPE).restarts as usize, restart);
            assert!((seconds * 900..=seconds * 1100).contains(&delay), "seed {seed}: {delay} ms, not {seconds} s");
            assert_eq!(daemon(&kit, Worker::TYPE).next_restart_in_ms, Some(delay));
            let waited = until(&kit, Worker::TYPE, Running).await;
            assert!(waited.abs_diff(delay) <= 1, "{waited} ms, not {delay} ms");
        }
        kit.kill(Worker::TYPE);
        kit.wait_for(Worker::TYPE, Failed).await;
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_delay_is_moved_at_random() {
    let mut delays = Vec::new();
    for seed in 0..20 {
        let kit = TestKit::builder().daemon::<Worker>().seed(seed).start().await;
        delays.push(fail(&kit, Worker::TYPE).await);
        kit.finish().await;
    }
    let (least, most) = (*delays.iter().min().unwrap(), *delays.iter().max().unwrap());
    assert!(least < 950 && most > 1050, "{delays:?}");
}

#[tokio::test(start_paused = true)]
async fn no_delay_is_longer_than_the_cap_of_sixty_seconds() {
    let config = "[daemons.worker.options]\nmax_restarts = 10";
    let kit = TestKit::builder().daemon::<Worker>().config(config).start().await;
    let mut delays = Vec::new();
    for _ in 0..10 {
        delays.push(fail(&kit, Worker::TYPE).await);
    }
    assert!(delays[5] < 36_000 && delays[6..].iter().all(|delay| (54_000..=60_000).contains(delay)), "{delays:?}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn after_five_minutes_of_running_the_count_is_zero_again_and_not_before() {
    for (ran, attempt) in [(299, 5), (301, 1)] {
        let kit = kit_of::<Worker>().await;
        for _ in 0..4 {
            fail(&kit, Worker::TYPE).await;
        }
        kit.wait_for(Worker::TYPE, Running).await;
        kit.advance(secs(ran)).await;
        kit.kill(Worker::TYPE);
        let backoff = kit.wait_for(Worker::TYPE, Backoff).await;
        assert!(backoff.to_string().starts_with(&format!("backoff (restart {attempt} after ")), "{backoff}");
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_sixth_failure_in_a_row_is_announced_as_daemon_failed() {
    let journal = Journal::default();
    let kit = TestKit::builder().daemon::<Worker>().daemon::<Ear>().provide(journal.clone()).start().await;
    kit.fault(Worker::TYPE, FaultAt::Cycle, Fault::Panic, 100);
    let failed = kit.wait_for(Worker::TYPE, Failed).await;
    assert_eq!(failed.to_string(), "failed: run_cycle panicked: an injected panic");
    kit.advance(millis(1)).await;
    assert_eq!(journal.take().last().unwrap(), "FAILED worker run_cycle panicked: an injected panic");
    kit.advance(secs(3600)).await;
    assert_eq!(state(&kit, Worker::TYPE), Failed);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn restart_never_and_auto_restart_false_fail_at_the_first_failure() {
    let kit = TestKit::builder().daemon::<Never>().daemon::<NotAuto>().start().await;
    for name in [Never::TYPE, NotAuto::TYPE] {
        kit.kill(name);
        kit.wait_for(name, Failed).await;
        kit.advance(secs(3600)).await;
        assert_eq!((state(&kit, name), daemon(&kit, name).restarts), (Failed, 0), "{name}");
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn restart_always_runs_a_completed_task_again_after_the_first_backoff() {
    let kit = kit_of::<Again>().await;
    kit.wait_for(Again::TYPE, Completed).await;
    assert_eq!(kit.stats(Again::TYPE).cycles, 1);
    kit.advance(millis(999)).await;
    assert_eq!(kit.stats(Again::TYPE).cycles, 1);
    kit.advance(millis(2)).await;
    assert_eq!(kit.stats(Again::TYPE).cycles, 2);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn retry_slow_tries_every_five_minutes() {
    let kit = kit_of::<Slow>().await;
    fail(&kit, Slow::TYPE).await;
    for _ in 0..5 {
        assert_eq!(fail(&kit, Slow::TYPE).await, 300_000);
        assert!(until(&kit, Slow::TYPE, Running).await.abs_diff(300_000) <= 1);
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_critical_daemon_that_is_exhausted_escalates_and_is_named() {
    let kit = kit_of::<Critical>().await;
    assert!(kit.snapshot().runtime.ready);
    kit.fault(Critical::TYPE, FaultAt::Cycle, Fault::Panic, 100);
    kit.wait_for(Critical::TYPE, Backoff).await;
    let runtime = kit.snapshot().runtime;
    assert!(!runtime.ready && !runtime.healthy);
    let why = "critical daemon `critical` is backoff: run_cycle panicked: an injected panic";
    assert_eq!(runtime.not_ready_because, [why]);
    let escalated = tokio::time::timeout(secs(60), kit.runtime().escalated()).await;
    let (daemon, cause) = escalated.expect("it escalates");
    assert_eq!((daemon, cause.as_str()), (Critical::TYPE, "run_cycle panicked: an injected panic"));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_daemon_rearms_when_a_lost_dependency_returns() {
    let kit = kit_of::<Needy>().await;
    fail(&kit, Needy::TYPE).await;
    kit.wait_for(Needy::TYPE, Running).await;
    kit.kill(Needy::TYPE);
    kit.wait_for(Needy::TYPE, Failed).await;
    fail(&kit, Worker::TYPE).await;
    kit.advance(millis(500)).await;
    assert_eq!(state(&kit, Needy::TYPE), Failed);
    kit.wait_for(Worker::TYPE, Running).await;
    kit.wait_for(Needy::TYPE, Running).await;
    // Its count is zero again.
    fail(&kit, Needy::TYPE).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_daemon_rearms_also_when_its_dependency_was_lost_for_no_time_at_all() {
    let kit = kit_of::<Needy>().await;
    fail(&kit, Needy::TYPE).await;
    kit.wait_for(Needy::TYPE, Running).await;
    kit.kill(Needy::TYPE);
    kit.wait_for(Needy::TYPE, Failed).await;
    kit.runtime().restart_daemon(Worker::TYPE).unwrap();
    kit.wait_for(Needy::TYPE, Running).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn restart_never_does_not_rearm() {
    let kit = kit_of::<NeedyNever>().await;
    kit.kill(NeedyNever::TYPE);
    kit.wait_for(NeedyNever::TYPE, Failed).await;
    fail(&kit, Worker::TYPE).await;
    kit.advance(secs(3600)).await;
    assert_eq!(state(&kit, NeedyNever::TYPE), Failed);
    kit.finish().await;
}
