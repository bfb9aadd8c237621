//! Health checks: their pace, their limits, what failed ones mean, and what dependents say.

use std::sync::{Arc, Mutex};

use ringrift_core::{
    HealthStatus,
    StateName::{Backoff, Failed, Running},
    prelude::*,
    testing::{Fault, FaultAt, TestKit},
};

use crate::look::{daemon, health, millis, secs, state};

/// Is checked every 30 s.
#[daemon(category = "misc", cycle = "1h", register = false)]
struct Base;
impl Daemon for Base {
    idle!();
}

/// Is restarted when it is unhealthy.
#[daemon(category = "misc", cycle = "1h", depends_on = [Base], on_unhealthy = "restart", register = false)]
struct Touchy;
impl Daemon for Touchy {
    idle!();
}

/// Fails when it is unhealthy, and stays down.
#[daemon(category = "misc", cycle = "1h", restart = "never", on_unhealthy = "restart", register = false)]
struct Brittle;
impl Daemon for Brittle {
    idle!();
}

/// Would like the base.
#[daemon(category = "misc", cycle = "1h", wants = [Base], register = false)]
struct Fan;
impl Daemon for Fan {
    idle!();
}

/// Errs every second.
#[daemon(category = "misc", cycle = "1s", backoff = ("1s", "1s"), register = false)]
struct Errs;
impl Daemon for Errs {
    idle!();
}

async fn kit_of<D: Daemon>() -> TestKit {
    TestKit::builder().daemon::<D>().start().await
}

#[tokio::test(start_paused = true)]
async fn a_check_runs_every_thirty_seconds() {
    let kit = kit_of::<Base>().await;
    kit.advance(secs(29)).await;
    let found = health(&kit, Base::TYPE);
    assert_eq!((found.checked_ms_ago, &*found.report.message), (None, "not checked yet"));
    for _ in 0..5 {
        kit.advance(secs(2)).await;
        assert!(health(&kit, Base::TYPE).checked_ms_ago.unwrap() <= 1_100);
        kit.advance(secs(28)).await;
        assert!(health(&kit, Base::TYPE).checked_ms_ago.unwrap() >= 28_000);
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_check_of_over_five_seconds_is_a_failed_one_and_the_next_waits_for_it() {
    for (takes, failed) in [(4, 0), (6, 1)] {
        let kit = kit_of::<Base>().await;
        kit.advance(secs(31)).await;
        kit.fault(Base::TYPE, FaultAt::Health, Fault::Slow(secs(takes)), 1);
        kit.advance(secs(35)).await;
        let found = health(&kit, Base::TYPE);
        assert_eq!(found.failed_checks, failed, "{takes} s");
        if failed > 0 {
            assert_eq!(found.report.message, "the health check took longer than 5s");
        }
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn within_thirty_seconds_of_the_start_nothing_counts_against_it() {
    let config = "[daemons.base.options]\nhealth_check_interval = '9s'";
    let kit = TestKit::builder().daemon::<Base>().config(config).start().await;
    kit.fault(Base::TYPE, FaultAt::Health, Fault::Error, 100);
    kit.advance(millis(29_500)).await;
    let found = health(&kit, Base::TYPE);
    assert_eq!((found.failed_checks, found.status(), found.healthy), (0, HealthStatus::Starting, true));
    kit.advance(secs(1)).await;
    assert_eq!(health(&kit, Base::TYPE).status(), HealthStatus::Error);
    kit.advance(secs(7)).await;
    assert_eq!(health(&kit, Base::TYPE).failed_checks, 1);
    kit.finish().await;
}

/// Takes 20 s to start.
#[daemon(category = "misc", cycle = "1h", health_check_interval = "1s", register = false)]
struct Lengthy;
impl Daemon for Lengthy {
    idle!();

    async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
        tokio::time::sleep(secs(20)).await;
        Ok(())
    }

    async fn health(&self, _cx: &Context<Self>) -> HealthReport {
        HealthReport::error("it is not well")
    }
}

#[tokio::test(start_paused = true)]
async fn the_grace_counts_from_the_end_of_the_start() {
    let kit = kit_of::<Lengthy>().await;
    kit.advance(secs(29)).await;
    assert_eq!(health(&kit, Lengthy::TYPE).status(), HealthStatus::Starting);
    kit.advance(secs(2)).await;
    assert_eq!(health(&kit, Lengthy::TYPE).status(), HealthStatus::Error);
    kit.finish().await;
}

/// Is checked every second, and takes three for it.
#[daemon(category = "misc", cycle = "1h", health_check_interval = "1s", register = false)]
struct Slow {
    #[inject]
    checks: Checks,
}

/// How many checks have begun, how many go on, and how many have at the same time.
type Checks = Arc<Mutex<(usize, usize, usize)>>;

impl Daemon for Slow {
    idle!();

    async fn health(&self, _cx: &Context<Self>) -> HealthReport {
        let count = |change: fn(&mut (usize, usize, usize))| change(&mut self.checks.lock().unwrap());
        count(|(begun, going_on, most)| {
            (*begun, *going_on) = (*begun + 1, *going_on + 1);
            *most = (*most).max(*going_on);
        });
        tokio::time::sleep(secs(3)).await;
        count(|(_, going_on, _)| *going_on -= 1);
        HealthReport::running()
    }
}

#[tokio::test(start_paused = true)]
async fn checks_of_one_daemon_never_overlap() {
    let checks = Checks::default();
    let kit = TestKit::builder().daemon::<Slow>().provide(Arc::clone(&checks)).start().await;
    kit.advance(secs(39)).await;
    let (begun, _, most) = *checks.lock().unwrap();
    // The interval counts from the end of the last: at 1 s, 5 s, .. 37 s.
    assert_eq!((begun, most), (10, 1));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn failed_checks_are_reported_and_the_daemon_goes_on() {
    let kit = kit_of::<Base>().await;
    kit.fault(Base::TYPE, FaultAt::Health, Fault::Error, 10);
    kit.advance(secs(200)).await;
    let found = health(&kit, Base::TYPE);
    assert!(found.failed_checks >= 5 && !found.healthy, "{found:?}");
    assert_eq!((state(&kit, Base::TYPE), daemon(&kit, Base::TYPE).incarnation), (Running, 1));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn three_failed_checks_in_a_row_fail_it_with_on_unhealthy_restart_and_two_do_not() {
    for (times, attempts) in [(2, 0), (3, 1)] {
        let kit = kit_of::<Touchy>().await;
        kit.advance(secs(31)).await;
        kit.fault(Touchy::TYPE, FaultAt::Health, Fault::Error, times);
        if attempts > 0 {
            assert_eq!(kit.wait_for(Touchy::TYPE, Backoff).await.cause(), "3 health checks in a row failed");
        }
        kit.advance(secs(90)).await;
        assert_eq!(daemon(&kit, Touchy::TYPE).restarts, attempts);
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn failed_checks_are_a_failure_also_of_what_is_never_restarted() {
    let kit = kit_of::<Brittle>().await;
    kit.advance(secs(31)).await;
    kit.fault(Brittle::TYPE, FaultAt::Health, Fault::Error, 3);
    assert_eq!(kit.wait_for(Brittle::TYPE, Failed).await.cause(), "3 health checks in a row failed");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn it_is_not_failed_while_a_dependency_is_down() {
    let config = "[daemons.base.options]\nbackoff = ['10m', '10m']";
    let kit = TestKit::builder().daemon::<Touchy>().config(config).start().await;
    kit.advance(secs(31)).await;
    kit.kill(Base::TYPE);
    kit.fault(Touchy::TYPE, FaultAt::Health, Fault::Error, 1_000);
    kit.advance(secs(300)).await;
    assert_eq!((state(&kit, Touchy::TYPE), daemon(&kit, Touchy::TYPE).restarts), (Running, 0));
    assert!(health(&kit, Touchy::TYPE).failed_checks >= 9);
    kit.wait_for(Base::TYPE, Running).await;
    kit.wait_for(Touchy::TYPE, Backoff).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn dependents_go_on_degraded_and_name_what_is_in_backoff() {
    let kit = kit_of::<Touchy>().await;
    kit.advance(secs(31)).await;
    kit.kill(Base::TYPE);
    kit.wait_for(Base::TYPE, Backoff).await;
    let found = health(&kit, Touchy::TYPE);
    assert_eq!((found.status(), found.healthy), (HealthStatus::Degraded, true));
    assert_eq!(found.report.message, "`base` is in backoff: killed by the test");
    assert_eq!(state(&kit, Touchy::TYPE), Running);
    kit.wait_for(Base::TYPE, Running).await;
    assert_eq!(health(&kit, Touchy::TYPE).status(), HealthStatus::Running);
    assert_eq!(daemon(&kit, Touchy::TYPE).incarnation, 1);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn wants_only_notes_what_is_lost() {
    let kit = TestKit::builder().daemon::<Fan>().daemon::<Base>().start().await;
    kit.advance(secs(31)).await;
    kit.kill(Base::TYPE);
    kit.wait_for(Base::TYPE, Backoff).await;
    let found = health(&kit, Fan::TYPE);
    assert_eq!(found.status(), HealthStatus::Running);
    let noted = serde_json::json!(["`base` is in backoff: killed by the test"]);
    assert_eq!(found.report.details.get("wants"), Some(&noted));
    kit.wait_for(Base::TYPE, Running).await;
    assert_eq!(health(&kit, Fan::TYPE).report.details.get("wants"), None);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn every_state_says_how_healthy_it_is() {
    let kit = kit_of::<Touchy>().await;
    let status = |daemon| health(&kit, daemon).status();
    assert_eq!(status(Base::TYPE), HealthStatus::Starting, "within its grace, and not checked yet");
    kit.advance(secs(31)).await;
    assert_eq!(status(Base::TYPE), HealthStatus::Running);
    kit.kill(Base::TYPE);
    kit.wait_for(Base::TYPE, Backoff).await;
    assert_eq!(status(Base::TYPE), HealthStatus::Error);
    kit.runtime().restart_daemon(Touchy::TYPE).unwrap();
    kit.advance(millis(1)).await;
    assert_eq!(status(Touchy::TYPE), HealthStatus::Starting);
    kit.runtime().stop_daemon(Touchy::TYPE, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    assert_eq!(status(Touchy::TYPE), HealthStatus::Stopped);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn errors_of_cycles_are_its_health_unless_it_says_otherwise() {
    let kit = kit_of::<Errs>().await;
    kit.fault(Errs::TYPE, FaultAt::Cycle, Fault::Error, 100);
    kit.advance(secs(61)).await;
    assert_eq!(health(&kit, Errs::TYPE).status(), HealthStatus::Error);
    kit.finish().await;
}
