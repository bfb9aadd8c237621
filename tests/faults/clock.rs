//! The clock on the wall is set, or the machine sleeps: nothing is restarted, and cron neither doubles nor skips.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, UNIX_EPOCH},
};

use ringrift_core::{
    StateName::{Backoff, Running},
    prelude::*,
    testing::{Fault, FaultAt, TestKit},
};
use serde::{Deserialize, Serialize};

use crate::look::{daemon, millis, secs};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// Where the tests set the clock to at first: a jump back stays in this era.
const NOON: u64 = 365 * DAY + 12 * HOUR;

/// Something to handle.
#[event("CLOCK_PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping(u32);

/// Works every second, and takes half of it.
#[daemon(category = "misc", cycle = "1s", stall_after = "60s", register = false)]
struct Steady;

impl Daemon for Steady {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        tokio::time::sleep(millis(500)).await;
        Ok(())
    }
}

#[handlers]
impl Steady {
    #[on_event("CLOCK_PING", dedup)]
    async fn on_ping(&self, _ping: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

/// A clock on the wall that a test sets, and what it showed when the cron daemon ran.
#[derive(Clone, Default)]
struct Wall(Arc<Mutex<WallInner>>);

#[derive(Default)]
struct WallInner {
    /// The seconds of the era when the runtime was not up yet.
    at_start: i64,
    firings: Vec<i64>,
}

impl Wall {
    /// Sets the clock, `by` seconds from where it is, and from what it showed at the start.
    fn jump(&self, kit: &TestKit, by: i64) {
        let mut inner = self.0.lock().unwrap();
        inner.at_start += by;
        let up = Duration::from_millis(kit.snapshot().runtime.uptime_ms);
        let now = Duration::from_secs(inner.at_start.cast_unsigned()) + up;
        kit.set_time_of_day(UNIX_EPOCH + now);
    }

    /// The hours of the era at which it fired, and the seconds after them.
    fn firings(&self) -> Vec<(i64, i64)> {
        let firings = std::mem::take(&mut self.0.lock().unwrap().firings);
        firings.into_iter().map(|at| (at / HOUR.cast_signed(), at % HOUR.cast_signed())).collect()
    }
}

/// Fires at every full hour.
#[daemon(category = "misc", schedule = "0 * * * *", register = false)]
struct Hourly {
    #[inject]
    wall: Wall,
}

impl Daemon for Hourly {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        let mut inner = self.wall.0.lock().unwrap();
        let now = inner.at_start + cx.uptime().as_secs().cast_signed();
        inner.firings.push(now);
        Ok(())
    }
}

const JUMPS: [i64; 4] = [HOUR as i64, -(HOUR as i64), DAY as i64, -(DAY as i64)];

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_restarts_stalls_and_delays_nothing() {
    let kit = TestKit::builder().daemon::<Steady>().start().await;
    kit.set_time_of_day(UNIX_EPOCH + secs(NOON));
    for by in JUMPS {
        let now = (NOON.cast_signed() + by).cast_unsigned();
        kit.set_time_of_day(UNIX_EPOCH + secs(now));
        kit.advance(secs(75)).await;
    }
    let steady = daemon(&kit, Steady::TYPE);
    let found = (steady.state, steady.incarnation, steady.stats.cycles, steady.health.healthy);
    assert_eq!(found, (Running, 1, 300 * 10 / 15, true));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_changes_neither_a_backoff_nor_what_is_a_duplicate_nor_a_timeout() {
    for by in JUMPS {
        let kit = TestKit::builder().daemon::<Steady>().start().await;
        kit.set_time_of_day(UNIX_EPOCH + secs(NOON));
        kit.emit(Ping(1)).await;
        kit.kill(Steady::TYPE);
        let backoff = kit.wait_for(Steady::TYPE, Backoff).await;
        let ringrift_core::State::Backoff { delay, .. } = backoff else { panic!("{backoff}") };
        let begun = tokio::time::Instant::now();
        kit.set_time_of_day(UNIX_EPOCH + secs((NOON.cast_signed() + by).cast_unsigned()));
        kit.wait_for(Steady::TYPE, Running).await;
        assert!(begun.elapsed().abs_diff(delay) <= millis(1), "{by}: {:?}, not {delay:?}", begun.elapsed());
        kit.fault(Steady::TYPE, FaultAt::Handler, Fault::Hang, 1);
        kit.emit(Ping(2)).await;
        kit.advance(secs(20)).await;
        kit.set_time_of_day(UNIX_EPOCH + secs(NOON));
        kit.emit(Ping(1)).await;
        kit.advance(secs(9)).await;
        assert_eq!(kit.stats(Steady::TYPE).errors, 0, "{by}: 29 seconds are not 30");
        kit.advance(secs(2)).await;
        let deliveries = kit.snapshot().deliveries;
        assert_eq!((deliveries.handled, deliveries.dead, deliveries.deduplicated), (1, 1, 1), "{by}");
        kit.expect_dead_letters();
        kit.finish().await;
    }
}

/// A cron daemon at a time of day, in seconds.
async fn hourly(at: u64) -> (TestKit, Wall) {
    let wall = Wall::default();
    let kit = TestKit::builder().daemon::<Hourly>().daemon::<Steady>().provide(wall.clone()).start().await;
    wall.jump(&kit, at.cast_signed());
    // It waits for a firing by the clock as it was.
    kit.runtime().restart_daemon(Hourly::TYPE).unwrap();
    kit.advance(secs(2)).await;
    assert_eq!(wall.firings(), []);
    (kit, wall)
}

/// The minutes since noon at which it fires: in two hours from half past twelve, and in four after a jump.
async fn minutes_around(by: i64) -> Vec<i64> {
    let (kit, wall) = hourly(NOON + 1800).await;
    kit.advance(secs(2 * HOUR)).await;
    wall.jump(&kit, by);
    kit.advance(secs(4 * HOUR)).await;
    kit.finish().await;
    let minutes = |(hour, late): (i64, i64)| (hour * 3600 + late - NOON.cast_signed()) / 60;
    wall.firings().into_iter().map(minutes).collect()
}

#[tokio::test(start_paused = true)]
async fn cron_doubles_and_skips_nothing_when_the_clock_is_set() {
    // It is 14:30. Over what it waits for: that fires within a minute, once for all that was missed.
    assert_eq!(minutes_around(HOUR.cast_signed()).await, [60, 120, 211, 240, 300, 360, 420]);
    let day = 24 * 60;
    let after = [151, 180, 240, 300, 360].map(|minutes| day + minutes);
    assert_eq!(minutes_around(DAY.cast_signed()).await, [&[60, 120][..], &after].concat());
    // Back by an hour: what has been does not come again.
    assert_eq!(minutes_around(-HOUR.cast_signed()).await, [60, 120, 180, 240, 300]);
    // Back by a day: the clock was wrong, and what it showed does not count.
    let after = [180, 240, 300, 360].map(|minutes| minutes - day);
    assert_eq!(minutes_around(-DAY.cast_signed()).await, [&[60, 120][..], &after].concat());
}

#[tokio::test(start_paused = true)]
async fn cron_takes_a_clock_that_is_set_back_by_more_than_three_hours_for_one_that_was_wrong() {
    let three_hours = 3 * HOUR.cast_signed();
    assert_eq!(minutes_around(60 - three_hours).await, [60, 120, 180]);
    assert_eq!(minutes_around(-60 - three_hours).await, [60, 120, 0, 60, 120, 180]);
}

#[tokio::test(start_paused = true)]
async fn a_sleep_of_ten_minutes_in_which_every_clock_goes_on_restarts_nothing_and_doubles_no_cycle() {
    let (kit, wall) = hourly(NOON + HOUR - 300).await;
    kit.advance(millis(58_250)).await;
    let before = kit.stats(Steady::TYPE).cycles;
    // As SIGSTOP and SIGCONT: nothing runs meanwhile, and everything is due at once.
    tokio::time::advance(secs(600)).await;
    kit.advance(secs(60)).await;
    let steady = daemon(&kit, Steady::TYPE);
    assert_eq!((steady.state, steady.incarnation, steady.restarts, steady.stats.errors), (Running, 1, 0, 0));
    assert_eq!(steady.stats.cycles - before, 60 * 10 / 15, "fixed delay: none is made up for");
    assert_eq!(wall.firings().len(), 1, "one o'clock, late");
    kit.finish().await;
}

/// Works in steps, each of which is in time.
#[daemon(category = "misc", cycle = "1s", cycle_timeout = "5s", stall_after = "4s", register = false)]
struct Steps;

impl Daemon for Steps {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        steps().await;
        Ok(())
    }
}

#[handlers]
impl Steps {
    #[on_event("CLOCK_PING", timeout = "5s")]
    async fn on_ping(&self, _ping: &Ping, _cx: &Context<Self>) -> DaemonResult {
        steps().await;
        Ok(())
    }
}

async fn steps() {
    for _ in 0..3 {
        tokio::time::sleep(secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_sleep_in_the_middle_of_a_cycle_and_a_handler_does_not_count_to_their_timeouts() {
    let kit = TestKit::builder().daemon::<Steps>().start().await;
    kit.emit(Ping(1)).await;
    kit.advance(millis(1_500)).await;
    tokio::time::advance(secs(600)).await;
    kit.advance(secs(20)).await;
    let steps = daemon(&kit, Steps::TYPE);
    assert_eq!((steps.state, steps.incarnation, steps.stats.errors), (Running, 1, 0));
    assert!(steps.health.healthy && steps.stats.cycles > 1, "{steps:?}");
    let deliveries = kit.snapshot().deliveries;
    assert_eq!((deliveries.handled, deliveries.dead), (1, 0));
    // What takes its own time is cut off as ever.
    kit.fault(Steps::TYPE, FaultAt::Handler, Fault::Hang, 1);
    kit.emit(Ping(2)).await;
    kit.advance(secs(6)).await;
    assert_eq!(kit.snapshot().deliveries.dead, 1);
    kit.expect_dead_letters();
    kit.expect_failures_of(Steps::TYPE);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_sleep_in_which_only_the_wall_goes_on_fires_a_missed_hour_once() {
    let (kit, wall) = hourly(NOON + 1800).await;
    // To ten past one.
    wall.jump(&kit, 40 * 60);
    kit.advance(secs(120)).await;
    assert_eq!(wall.firings().len(), 1);
    assert_eq!(daemon(&kit, Hourly::TYPE).incarnation, 2, "of the one restart");
    kit.finish().await;
}
