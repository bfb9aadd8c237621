//! `[daemons.x.options]`: every number that an operator overrides is obeyed.

use ringrift_core::{
    StateName::{Backoff, Disabled, Failed, Running},
    prelude::*,
    testing::{Fault, FaultAt, TestKit},
};
use serde::{Deserialize, Serialize};

use crate::look::{daemon, health, millis, secs, state, until};

/// Something to handle.
#[event("OPTIONS_PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping;

/// Has nothing set.
#[daemon(category = "misc", cycle = "1h", register = false)]
struct Plain;
impl Daemon for Plain {
    idle!();
}

#[handlers]
impl Plain {
    #[on_event("OPTIONS_PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

async fn with(options: &str) -> TestKit {
    let config = format!("[daemons.plain.options]\n{options}");
    TestKit::builder().daemon::<Plain>().config(&config).start().await
}

async fn fail(kit: &TestKit) -> String {
    kit.wait_for(Plain::TYPE, Running).await;
    kit.kill(Plain::TYPE);
    kit.wait_for(Plain::TYPE, Backoff).await.to_string()
}

#[tokio::test(start_paused = true)]
async fn enabled_false_is_disabled_and_says_where() {
    let kit = with("enabled = false").await;
    assert_eq!(state(&kit, Plain::TYPE), Disabled);
    assert_eq!(daemon(&kit, Plain::TYPE).reason, "`daemons.plain.options.enabled` is false");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn cycle_and_schedule() {
    for (options, cycles) in [("cycle = '10s'", 7), ("schedule = '* * * * *'", 1), ("schedule = '*/10 * * * * *'", 6)] {
        let kit = with(options).await;
        kit.advance(millis(60_500)).await;
        assert_eq!(kit.stats(Plain::TYPE).cycles, cycles, "{options}");
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn jitter() {
    let kit = with("cycle = '1s'\njitter = '9s'").await;
    kit.advance(secs(100)).await;
    let cycles = kit.stats(Plain::TYPE).cycles;
    assert!((11..50).contains(&cycles), "{cycles}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn tz() {
    let kit = with("schedule = '0 3 * * *'\ntz = 'Europe/Berlin'").await;
    for (until, cycles) in [(2 * 3600 - 1, 0), (2, 1)] {
        kit.advance(secs(until)).await;
        assert_eq!(kit.stats(Plain::TYPE).cycles, cycles);
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn start_timeout() {
    let kit = with("start_timeout = '2s'").await;
    kit.fault(Plain::TYPE, FaultAt::Start, Fault::Hang, 1);
    kit.runtime().restart_daemon(Plain::TYPE).unwrap();
    let took = until(&kit, Plain::TYPE, Backoff).await;
    assert!((2_000..2_300).contains(&took), "{took}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn handler_timeout_is_thirty_seconds_or_what_the_file_says() {
    for (options, limit) in [("", 30), ("handler_timeout = '3s'", 3)] {
        let kit = with(options).await;
        kit.expect_dead_letters();
        kit.fault(Plain::TYPE, FaultAt::Handler, Fault::Hang, 1);
        kit.emit(Ping).await;
        kit.advance(millis(limit * 1_000 - 200)).await;
        assert_eq!(kit.snapshot().deliveries.dead, 0);
        kit.advance(millis(500)).await;
        let letter = kit.snapshot().dead_letters.remove(0);
        assert_eq!(letter.error, format!("took longer than {limit}s"));
        assert_eq!(state(&kit, Plain::TYPE), Running);
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn stop_timeout() {
    let kit = with("stop_timeout = '2s'").await;
    kit.fault(Plain::TYPE, FaultAt::Handler, Fault::Hang, 1);
    kit.expect_dead_letters();
    kit.emit(Ping).await;
    kit.advance(millis(1)).await;
    let before = kit.snapshot().runtime.uptime_ms;
    assert_eq!(kit.runtime().shutdown().await.undelivered, 1);
    let took = kit.snapshot().runtime.uptime_ms - before;
    assert!((2_000..2_010).contains(&took), "{took}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn stall_after() {
    let kit = with("stall_after = '3s'\ncycle = '1s'").await;
    kit.fault(Plain::TYPE, FaultAt::Cycle, Fault::Slow(secs(10)), 1);
    kit.advance(millis(5_500)).await;
    assert_eq!(health(&kit, Plain::TYPE).report.message, "stalled in run_cycle for 4 s");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn restart_limits() {
    let kit = with("max_restarts = 2\nbackoff = ['10s', '12s']\nrestart_reset = '20s'").await;
    assert!(fail(&kit).await.starts_with("backoff (restart 1 after "));
    assert!(fail(&kit).await.starts_with("backoff (restart 2 after "));
    let waited = until(&kit, Plain::TYPE, Running).await;
    assert!((10_800..=12_001).contains(&waited), "{waited}");
    kit.advance(secs(20)).await;
    assert!(fail(&kit).await.starts_with("backoff (restart 1 after "));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn on_exhausted() {
    for (action, state) in [("fail", Failed), ("retry_slow", Backoff), ("escalate", Failed)] {
        let kit = with(&format!("max_restarts = 1\non_exhausted = '{action}'")).await;
        fail(&kit).await;
        kit.wait_for(Plain::TYPE, Running).await;
        kit.kill(Plain::TYPE);
        kit.advance(millis(1)).await;
        assert_eq!(kit.state(Plain::TYPE).name(), state, "{action}");
        let escalated = tokio::time::timeout(millis(1), kit.runtime().escalated()).await.is_ok();
        assert_eq!(escalated, action == "escalate", "{action}");
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn on_unhealthy() {
    for (action, incarnation) in [("report", 1), ("restart", 2)] {
        let kit = with(&format!("on_unhealthy = '{action}'\nhealth_check_interval = '2s'\nstartup_grace = '0s'")).await;
        kit.fault(Plain::TYPE, FaultAt::Health, Fault::Error, 3);
        kit.advance(secs(15)).await;
        assert_eq!(daemon(&kit, Plain::TYPE).incarnation, incarnation, "{action}");
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn concurrency() {
    for (options, handled) in [("", 1), ("concurrency = 3", 3)] {
        let kit = with(options).await;
        kit.fault(Plain::TYPE, FaultAt::Handler, Fault::Slow(secs(1)), 4);
        for _ in 0..4 {
            kit.emit(Ping).await;
        }
        kit.advance(millis(1_500)).await;
        assert_eq!(kit.snapshot().deliveries.handled, handled, "{options}");
        kit.settle().await;
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn restart_never() {
    let kit = with("restart = 'never'").await;
    kit.kill(Plain::TYPE);
    kit.wait_for(Plain::TYPE, Failed).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn health_check_interval_and_startup_grace() {
    let kit = with("health_check_interval = '2s'\nstartup_grace = '0s'").await;
    kit.fault(Plain::TYPE, FaultAt::Health, Fault::Error, 100);
    kit.advance(millis(6_500)).await;
    assert_eq!(health(&kit, Plain::TYPE).failed_checks, 3);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn mailbox() {
    let kit = with("mailbox = 3\noverflow = 'drop_newest'").await;
    kit.fault(Plain::TYPE, FaultAt::Handler, Fault::Slow(secs(1)), 1);
    for _ in 0..5 {
        kit.emit(Ping).await;
    }
    kit.settle().await;
    let deliveries = kit.snapshot().deliveries;
    assert_eq!((deliveries.handled, deliveries.dropped), (3, 2));
    assert_eq!(daemon(&kit, Plain::TYPE).mailbox.unwrap().capacity, 3);
    kit.finish().await;
}
