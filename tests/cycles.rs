//! When cycles run, and what an error of one means.

use std::sync::{Arc, Mutex};

use ringrift_core::{
    StateName::{Failed, Running},
    prelude::*,
    testing::{Fault, FaultAt, TestKit},
};
use serde::{Deserialize, Serialize};

use crate::look::{daemon, health, millis, secs, state};

/// Asks for a cycle.
#[event("CYCLES_PLEASE", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Please;

/// When cycles began, in milliseconds since the runtime started.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u64>>>);

impl Log {
    fn take(&self) -> Vec<u64> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// The seconds between one begin and the next.
    fn gaps(&self) -> Vec<f64> {
        self.take().windows(2).map(|pair| (pair[1] - pair[0]) as f64 / 1000.0).collect()
    }
}

macro_rules! cycler {
    ($(#[$doc:meta])* $name:ident, { $($option:tt)* }) => {
        $(#[$doc])*
        #[daemon(category = "misc", register = false, $($option)*)]
        struct $name {
            #[inject]
            log: Log,
            under_way: Mutex<()>,
        }

        impl Daemon for $name {
            async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
                let _alone = self.under_way.try_lock().expect("cycles never overlap");
                self.log.0.lock().unwrap().push(cx.uptime().as_millis() as u64);
                Ok(())
            }
        }
    };
}

cycler!(/** Every ten seconds. */ Steady, { cycle = "10s" });
cycler!(/** Every ten seconds and a bit. */ Jittery, { cycle = "10s", jitter = "5s" });
cycler!(/** At three in Berlin. */ Nightly, { schedule = "0 3 * * *", tz = "Europe/Berlin" });
cycler!(/** Every hour, in UTC. */ Hourly, { schedule = "0 * * * *" });
cycler!(/** Only when asked. */ Asked, {});

#[handlers]
impl Asked {
    #[on_event("CYCLES_PLEASE")]
    async fn on_please(&self, _event: &Please, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }
}

#[handlers]
impl Steady {
    #[on_event("CYCLES_PLEASE")]
    async fn on_please(&self, _event: &Please, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }
}

async fn kit_of<D: Daemon>() -> (TestKit, Log) {
    let log = Log::default();
    (TestKit::builder().daemon::<D>().provide(log.clone()).start().await, log)
}

#[tokio::test(start_paused = true)]
async fn the_delay_counts_from_the_end_of_the_last_cycle() {
    let (kit, log) = kit_of::<Steady>().await;
    kit.fault(Steady::TYPE, FaultAt::Cycle, Fault::Slow(secs(3)), 100);
    kit.advance(secs(60)).await;
    assert_eq!(log.gaps(), [13.0, 13.0, 13.0, 13.0]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn jitter_adds_up_to_its_bound_and_never_takes_away() {
    let (kit, log) = kit_of::<Jittery>().await;
    kit.advance(secs(3600)).await;
    let gaps = log.gaps();
    assert!(gaps.iter().all(|gap| (10.0..=15.01).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap < 11.0) && gaps.iter().any(|gap| *gap > 14.0), "{gaps:?}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn cron_fires_at_its_hour_in_its_own_time_zone() {
    // The kit's clock starts at 1970-01-01 00:00 UTC, which is 01:00 in Berlin.
    let (kit, log) = kit_of::<Nightly>().await;
    kit.advance(secs(48 * 3600)).await;
    assert_eq!(log.take().iter().map(|at| at / 1000).collect::<Vec<_>>(), [2 * 3600, 26 * 3600]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn cron_is_in_utc_and_skips_the_firings_that_it_missed() {
    let (kit, log) = kit_of::<Hourly>().await;
    kit.fault(Hourly::TYPE, FaultAt::Cycle, Fault::Slow(secs(3 * 3600 + 60)), 1);
    kit.advance(secs(6 * 3600 + 60)).await;
    // The cycle of one o'clock goes on until one past four.
    let hours: Vec<f64> = log.take().iter().map(|at| (*at as f64 / 36_000.0).round() / 100.0).collect();
    assert_eq!(hours, [4.02, 5.0, 6.0]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn requests_coalesce_and_the_one_during_a_cycle_runs_after_it() {
    let (kit, log) = kit_of::<Asked>().await;
    kit.advance(secs(3600)).await;
    assert_eq!(log.take(), Vec::<u64>::new());
    kit.fault(Asked::TYPE, FaultAt::Cycle, Fault::Slow(secs(5)), 1);
    for pause in [1, 1, 1, 20] {
        kit.emit(Please).await;
        kit.advance(secs(pause)).await;
    }
    let at: Vec<u64> = log.take().iter().map(|at| at / 100 - 36_000).collect();
    assert_eq!(at, [50, 50], "two cycles for four requests");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_is_recorded_and_the_retry_is_delayed_by_backoff_while_errors_go_on() {
    let config = "[daemons.steady.options]\ncycle = '100ms'";
    let log = Log::default();
    let kit = TestKit::builder().daemon::<Steady>().provide(log.clone()).config(config).start().await;
    let begun = kit.stats(Steady::TYPE).cycles;
    kit.fault(Steady::TYPE, FaultAt::Cycle, Fault::Error, 8);
    kit.advance(secs(200)).await;
    let stats = kit.stats(Steady::TYPE);
    assert_eq!((stats.cycle_errors, stats.errors, stats.panics), (8, 8, 0));
    let at: Vec<_> = stats.last_errors.iter().map(|error| (error.at, &*error.hook, &*error.message)).collect();
    assert!(at.iter().all(|(_, hook, message)| (*hook, *message) == ("run_cycle", "an injected error")), "{at:?}");
    let gaps: Vec<f64> = at.windows(2).map(|pair| pair[1].0.duration_since(pair[0].0).unwrap().as_secs_f64()).collect();
    for (gap, wanted) in gaps.iter().zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]) {
        assert!((wanted * 0.9..=wanted * 1.1 + 0.01).contains(gap), "{gaps:?}");
    }
    assert!(stats.cycles > begun, "it goes on after the errors");
    assert_eq!((state(&kit, Steady::TYPE), daemon(&kit, Steady::TYPE).incarnation), (Running, 1));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_is_noticed_within_a_minute() {
    let (kit, log) = kit_of::<Nightly>().await;
    kit.advance(secs(10)).await;
    // Ten seconds to three in Berlin.
    kit.set_time_of_day(std::time::UNIX_EPOCH + secs(2 * 3600 - 10));
    // It is looked at once a minute.
    kit.advance(millis(49_900)).await;
    assert_eq!(log.take(), [0; 0]);
    kit.advance(millis(200)).await;
    assert_eq!(log.take().len(), 1);
    // Set back, it is three again; that firing has been.
    kit.set_time_of_day(std::time::UNIX_EPOCH + secs(2 * 3600 - 10));
    kit.advance(secs(120)).await;
    assert_eq!(log.take(), [0; 0]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_last_fifty_errors_are_kept() {
    let (kit, _) = kit_of::<Steady>().await;
    kit.fault(Steady::TYPE, FaultAt::Cycle, Fault::Error, 60);
    kit.advance(secs(3600 * 2)).await;
    let stats = kit.stats(Steady::TYPE);
    assert_eq!((stats.errors, stats.last_errors.len()), (60, 50));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn cycle_timeout_cancels_the_cycle_and_counts_an_error() {
    let config = "[daemons.steady.options]\ncycle_timeout = '2s'";
    let builder = TestKit::builder().daemon::<Steady>().provide(Log::default()).config(config);
    let kit = builder.start().await;
    kit.advance(secs(1)).await;
    kit.fault(Steady::TYPE, FaultAt::Cycle, Fault::Hang, 1);
    kit.advance(secs(12)).await;
    let stats = kit.stats(Steady::TYPE);
    assert_eq!(
        (stats.cycles, stats.cycle_errors, &*stats.last_errors[0].message),
        (1, 1, "run_cycle took longer than 2s")
    );
    kit.advance(secs(11)).await;
    assert_eq!((kit.stats(Steady::TYPE).cycles, state(&kit, Steady::TYPE)), (2, Running));
    assert_eq!(daemon(&kit, Steady::TYPE).incarnation, 1);
    kit.finish().await;
}

/// Gives up.
#[daemon(category = "misc", cycle = "10s", register = false)]
struct Hopeless;

impl Daemon for Hopeless {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        Err("the disk is gone").fatal()
    }
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_skips_the_restarts() {
    let kit = TestKit::builder().daemon::<Hopeless>().start().await;
    kit.expect_failures_of(Hopeless::TYPE);
    assert_eq!(kit.wait_for(Hopeless::TYPE, Failed).await.to_string(), "failed: run_cycle failed: the disk is gone");
    assert_eq!((daemon(&kit, Hopeless::TYPE).restarts, health(&kit, Hopeless::TYPE).healthy), (0, false));
    kit.finish().await;
}

/// Has always more to do.
#[daemon(category = "misc", register = false)]
struct Busy;

impl Daemon for Busy {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }

    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        // A test that can fail must not run for ever.
        if cx.stats().cycles < 100_000 {
            cx.request_cycle();
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_cycle_that_always_asks_for_the_next_does_not_keep_the_thread() {
    let kit = TestKit::builder().daemon::<Busy>().start().await;
    kit.runtime().stop_daemon(Busy::TYPE, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    let cycles = kit.stats(Busy::TYPE).cycles;
    assert!(cycles < 10_000, "{cycles}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_does_not_shorten_the_backoff_after_an_error() {
    let (kit, _) = kit_of::<Asked>().await;
    kit.fault(Asked::TYPE, FaultAt::Cycle, Fault::Error, 3);
    for _ in 0..20 {
        kit.emit(Please).await;
        kit.advance(millis(100)).await;
    }
    // At once, and a second later; the third is due two seconds after that.
    assert_eq!(kit.stats(Asked::TYPE).cycle_errors, 2);
    kit.finish().await;
}
