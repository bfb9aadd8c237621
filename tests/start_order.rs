//! Who waits for whom before the start, and what a failed start means for the others.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use ringrift_core::{
    StateName::{Backoff, Failed, Running, Starting, Waiting},
    prelude::*,
    testing::{Fault, FaultAt, TestKit},
};

use crate::{
    journal::Journal,
    look::{daemon, millis, secs, state},
};

/// What the daemons of a test do in their `on_start`.
#[derive(Clone, Default)]
struct Plan {
    journal: Journal,
    /// How often the base's start fails.
    failures: Arc<AtomicU32>,
}

macro_rules! starts {
    ($(#[$doc:meta])* $name:ident, $text:literal, $seconds:literal, { $($option:tt)* }) => {
        $(#[$doc])*
        #[daemon(category = "misc", cycle = "60s", register = false, $($option)*)]
        struct $name {
            #[inject]
            plan: Plan,
        }

        impl Daemon for $name {
            idle!();

            async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
                self.plan.journal.note(concat!($text, " begins"));
                tokio::time::sleep(secs($seconds)).await;
                if $text == "base" && self.plan.failures.load(Relaxed) > 0 {
                    self.plan.failures.fetch_sub(1, Relaxed);
                    return Err("no luck".into());
                }
                self.plan.journal.note(concat!($text, " is ready"));
                Ok(())
            }

            async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
                self.plan.journal.note(concat!($text, " stops"));
                Ok(())
            }
        }
    };
}

starts!(/** The base. */ Base, "base", 1, { restart_reset = "1m" });
starts!(/** Takes long. */ Lengthy, "lengthy", 20, {});
starts!(/** Needs the base. */ Middle, "middle", 1, { depends_on = [Base] });
starts!(/** Needs the middle. */ Top, "top", 1, { depends_on = [Middle] });
starts!(/** Would like the base. */ Fan, "fan", 1, { wants = [Base] });
starts!(/** Would like the middle. */ FanOfMiddle, "fan_of_middle", 1, { wants = [Middle] });
starts!(/** Is tried for ever. */ Stubborn, "stubborn", 1, { max_restarts = 1, on_exhausted = "retry_slow" });
starts!(/** Would like the stubborn one. */ FanOfStubborn, "fan_of_stubborn", 1, { wants = [Stubborn] });

/// Prepares something, once.
#[daemon(category = "misc", kind = "task", register = false)]
struct Prepare;
impl Daemon for Prepare {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        tokio::time::sleep(secs(10)).await;
        Ok(())
    }
}

/// Needs what is prepared.
#[daemon(category = "misc", cycle = "60s", depends_on = [Prepare], register = false)]
struct Prepared;
impl Daemon for Prepared {
    idle!();
}

fn plan(failures: u32) -> Plan {
    Plan { failures: Arc::new(failures.into()), ..Plan::default() }
}

#[tokio::test(start_paused = true)]
async fn a_daemon_begins_once_its_dependencies_are_ready_and_not_before() {
    let plan = plan(0);
    let kit = TestKit::builder().daemon::<Top>().provide(plan.clone()).start().await;
    let order = ["base", "middle", "top"].map(|name| [format!("{name} begins"), format!("{name} is ready")]);
    assert_eq!(plan.journal.take(), order.concat());
    assert!((3_000..3_010).contains(&kit.snapshot().runtime.uptime_ms));
    assert_eq!(daemon(&kit, Middle::TYPE).start_took_ms, Some(1_000));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_long_start_delays_nobody_who_does_not_depend_on_it() {
    let plan = plan(0);
    let builder = TestKit::builder().daemon::<Lengthy>().daemon::<Middle>().provide(plan.clone());
    let kit = builder.start().await;
    let lines = plan.journal.take();
    assert_eq!(
        lines,
        ["base begins", "lengthy begins", "base is ready", "middle begins", "middle is ready", "lengthy is ready"]
    );
    assert!((20_000..20_010).contains(&kit.snapshot().runtime.uptime_ms));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn ties_start_by_name() {
    let plan = plan(0);
    let builder = TestKit::builder().daemon::<Top>().daemon::<FanOfMiddle>().daemon::<Fan>().daemon::<Lengthy>();
    let kit = builder.provide(plan.clone()).start().await;
    let lines = plan.journal.take();
    let begun: Vec<_> = lines.iter().filter(|line| line.ends_with("begins")).collect();
    let order = ["base begins", "lengthy begins", "fan begins", "middle begins", "fan_of_middle begins", "top begins"];
    assert_eq!(begun, order);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_is_ready_once_it_has_completed() {
    let kit = TestKit::builder().daemon::<Prepared>().strict(false).start().await;
    kit.wait_for(Prepared::TYPE, Running).await;
    let uptime = kit.snapshot().runtime.uptime_ms;
    assert!((10_000..10_010).contains(&uptime), "{uptime}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_on_start_of_over_thirty_seconds_is_a_failed_start() {
    let plan = plan(0);
    let kit = TestKit::builder().daemon::<Base>().provide(plan.clone()).start().await;
    for (slow, is_ready) in [(28, true), (31, false)] {
        kit.fault(Base::TYPE, FaultAt::Start, Fault::Slow(secs(slow)), 1);
        kit.runtime().restart_daemon(Base::TYPE).unwrap();
        kit.wait_for(Base::TYPE, Starting).await;
        kit.advance(millis(30_500)).await;
        assert_eq!(daemon(&kit, Base::TYPE).ready, is_ready, "{slow} s");
    }
    assert_eq!(kit.state(Base::TYPE).cause(), "on_start took longer than 30s");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn dependents_of_a_failed_start_wait_with_its_cause_and_the_rest_runs() {
    let plan = plan(2);
    let builder = TestKit::builder().daemon::<Top>().daemon::<Stubborn>().provide(plan.clone()).strict(false);
    let kit = builder.start().await;
    kit.expect_failures_of(Base::TYPE);
    kit.wait_for(Base::TYPE, Backoff).await;
    kit.advance(millis(1)).await;
    assert_eq!(state(&kit, Stubborn::TYPE), Running);
    assert_eq!(kit.state(Middle::TYPE).to_string(), "waiting: `base` is in backoff: on_start failed: no luck");
    assert_eq!(kit.state(Top::TYPE).to_string(), "waiting: `middle` is waiting");
    kit.wait_for(Top::TYPE, Running).await;
    assert_eq!(daemon(&kit, Base::TYPE).restarts, 2);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_counts_like_any_failure() {
    let kit = TestKit::builder().daemon::<Middle>().provide(plan(100)).strict(false).start().await;
    kit.expect_failures_of(Base::TYPE);
    kit.wait_for(Base::TYPE, Failed).await;
    assert_eq!((daemon(&kit, Base::TYPE).restarts, daemon(&kit, Base::TYPE).incarnation), (5, 6));
    kit.advance(millis(1)).await;
    assert_eq!(kit.state(Middle::TYPE).to_string(), "waiting: `base` is failed: on_start failed: no luck");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn strict_stops_all_in_reverse_at_the_first_failed_start_and_names_it() {
    let plan = plan(0);
    let config = "[daemons.top.options]\nstart_timeout = '500ms'";
    let started = TestKit::builder().daemon::<Top>().provide(plan.clone()).config(config).try_start().await;
    let error = started.map(drop).unwrap_err().to_string();
    assert_eq!(error, "daemon `top` did not start: on_start took longer than 500ms");
    assert_eq!(plan.journal.take()[4..], ["top begins", "middle stops", "base stops"]);
}

#[tokio::test(start_paused = true)]
async fn wants_waits_until_it_is_ready() {
    let plan = plan(1);
    let builder = TestKit::builder().daemon::<Fan>().daemon::<Base>().provide(plan.clone()).strict(false);
    let kit = builder.start().await;
    kit.expect_failures_of(Base::TYPE);
    kit.wait_for(Fan::TYPE, Running).await;
    assert_eq!(plan.journal.take(), ["base begins", "base begins", "base is ready", "fan begins", "fan is ready"]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn wants_waits_no_longer_than_until_it_has_failed_for_good() {
    let plan = plan(100);
    let builder = TestKit::builder().daemon::<Fan>().daemon::<Base>().provide(plan.clone()).strict(false);
    let kit = builder.start().await;
    kit.expect_failures_of(Base::TYPE);
    kit.wait_for(Base::TYPE, Failed).await;
    kit.wait_for(Fan::TYPE, Running).await;
    assert_eq!(state(&kit, Base::TYPE), Failed);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn wants_does_not_wait_for_what_is_not_selected_or_disabled() {
    for config in ["", "[daemons.base.options]\nenabled = false"] {
        let mut builder = TestKit::builder().daemon::<Fan>().provide(plan(0)).config(config);
        if !config.is_empty() {
            builder = builder.daemon::<Base>();
        }
        let kit = builder.start().await;
        assert_eq!(state(&kit, Fan::TYPE), Running);
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_runtime_is_ready_once_the_first_start_is_over() {
    let plan = plan(0);
    let kit = TestKit::builder().daemon::<Lengthy>().provide(plan).strict(false);
    let started = kit.start();
    let kit = started.await;
    let runtime = kit.snapshot().runtime;
    assert!(runtime.ready && runtime.uptime_ms >= 20_000, "{runtime:?}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn one_that_is_not_selected_starts_when_an_operator_says_so() {
    // `Fan` only wants it.
    let kit = TestKit::builder().daemon::<Fan>().provide(plan(0)).start().await;
    assert_eq!(kit.state(Base::TYPE).to_string(), "stopped: not selected");
    kit.runtime().start_daemon(Base::TYPE).unwrap();
    kit.wait_for(Base::TYPE, Running).await;
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_waited_for_is_said_as_it_is_now() {
    let kit = TestKit::builder().daemon::<Middle>().provide(plan(0)).start().await;
    kit.fault(Base::TYPE, FaultAt::Start, Fault::Slow(secs(10)), 1);
    kit.kill(Base::TYPE);
    kit.wait_for(Base::TYPE, Backoff).await;
    kit.runtime().restart_daemon(Middle::TYPE).unwrap();
    kit.advance(millis(100)).await;
    assert_eq!(kit.state(Middle::TYPE).to_string(), "waiting: `base` is in backoff: killed by the test");
    kit.wait_for(Base::TYPE, Starting).await;
    kit.advance(millis(1)).await;
    assert_eq!(kit.state(Middle::TYPE).to_string(), "waiting: `base` is starting: its on_start runs");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn wants_does_not_wait_for_one_that_waits_for_a_failed_one() {
    let builder = TestKit::builder().daemon::<FanOfMiddle>().daemon::<Middle>().provide(plan(100)).strict(false);
    let kit = builder.start().await;
    kit.expect_failures_of(Base::TYPE);
    kit.wait_for(Base::TYPE, Failed).await;
    kit.wait_for(FanOfMiddle::TYPE, Running).await;
    assert_eq!(state(&kit, Middle::TYPE), Waiting);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn wants_does_not_wait_for_one_that_is_retried_for_ever() {
    let builder = TestKit::builder().daemon::<FanOfStubborn>().daemon::<Stubborn>().provide(plan(0)).strict(false);
    let kit = builder.start().await;
    kit.runtime().stop_daemon(FanOfStubborn::TYPE, ringrift_core::runtime::Dependents::Refuse).await.unwrap();
    kit.fault(Stubborn::TYPE, FaultAt::Start, Fault::Error, 1_000);
    kit.runtime().restart_daemon(Stubborn::TYPE).unwrap();
    kit.runtime().start_daemon(FanOfStubborn::TYPE).unwrap();
    kit.advance(secs(20)).await;
    assert_eq!((state(&kit, Stubborn::TYPE), state(&kit, FanOfStubborn::TYPE)), (Backoff, Running));
    kit.finish().await;
}
