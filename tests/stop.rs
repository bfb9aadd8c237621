//! The stop of a whole runtime.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use ringrift_core::{
    StateName::{Leaked, Stopped},
    prelude::*,
    runtime::{StopReport, snapshot::Phase},
    testing::{Fault, FaultAt, TestKit},
};
use serde::{Deserialize, Serialize};

use crate::{
    journal::Journal,
    look::{daemon, millis, secs, state, until},
};

/// Something to handle.
#[event("STOP_PING", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ping;

macro_rules! link {
    ($(#[$doc:meta])* $name:ident, $text:literal, [$($on:ident),*]) => {
        $(#[$doc])*
        #[daemon(category = "misc", cycle = "60s", depends_on = [$($on),*], register = false)]
        struct $name {
            #[inject]
            journal: Journal,
        }

        impl Daemon for $name {
            idle!();

            async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
                self.journal.note(concat!($text, " stops"));
                Ok(())
            }

            async fn on_exit(&self, _cx: &Context<Self>, _reason: &ExitReason) -> DaemonResult {
                self.journal.note(concat!($text, " ends"));
                Ok(())
            }
        }
    };
}

link!(/** The first. */ One, "one", []);
link!(/** The second. */ Two, "two", [One]);
link!(/** The third. */ Three, "three", [Two]);
link!(/** The fourth. */ Four, "four", [Three]);
link!(/** The fifth. */ Five, "five", [Four]);

async fn chain() -> (TestKit, Journal) {
    let journal = Journal::default();
    (TestKit::builder().daemon::<Five>().provide(journal.clone()).start().await, journal)
}

/// Shuts down; the report, and the milliseconds that it took.
async fn shutdown(kit: &TestKit) -> (StopReport, u64) {
    let before = kit.snapshot().runtime.uptime_ms;
    let report = kit.runtime().shutdown().await;
    (report, kit.snapshot().runtime.uptime_ms - before)
}

#[tokio::test(start_paused = true)]
async fn dependents_have_ended_before_what_they_need_begins_to_stop() {
    let (kit, journal) = chain().await;
    let (report, took) = shutdown(&kit).await;
    assert_eq!((report, took), (StopReport { leaked: vec![], undelivered: 0, kept: 0 }, 0));
    let order = ["five", "four", "three", "two", "one"];
    assert_eq!(journal.take(), order.map(|name| [format!("{name} stops"), format!("{name} ends")]).concat());
    assert_eq!(kit.state(One::TYPE).to_string(), "stopped: the runtime stops");
    assert_eq!(kit.snapshot().runtime.phase, Phase::Stopped);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_cut_off_and_what_it_needs_still_stops_in_order() {
    let (kit, journal) = chain().await;
    kit.fault(Five::TYPE, FaultAt::Stop, Fault::Hang, 1);
    let (report, took) = shutdown(&kit).await;
    assert!(report.leaked.is_empty() && (5_000..6_010).contains(&took), "{report:?} {took}");
    assert_eq!(journal.take()[..3], ["five ends", "four stops", "four ends"]);
    kit.finish().await;
}

/// Does everything wrong while it stops.
async fn hang(kit: &TestKit, daemon: DaemonType) {
    kit.fault(daemon, FaultAt::Cycle, Fault::Hang, 1);
    kit.fault(daemon, FaultAt::Stop, Fault::Hang, 1);
    kit.fault(daemon, FaultAt::Exit, Fault::Hang, 1);
}

#[tokio::test(start_paused = true)]
async fn twenty_five_seconds_in_all_and_what_is_left_is_named() {
    let config = "[daemons.one.options]\nstop_timeout = '10m'";
    let builder = TestKit::builder().daemon::<Two>().provide(Journal::default()).config(config);
    let kit = builder.start().await;
    kit.fault(One::TYPE, FaultAt::Cycle, Fault::Hang, 1);
    kit.advance(secs(61)).await;
    let (report, took) = shutdown(&kit).await;
    assert!((25_000..25_010).contains(&took), "{took}");
    assert_eq!(report.leaked, [(One::TYPE, "its run_cycle does not end".to_owned())]);
    assert_eq!(state(&kit, One::TYPE), Leaked);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn ten_seconds_before_the_end_all_that_are_left_are_told() {
    let config = "[daemons.two.options]\nstop_timeout = '10m'";
    let builder = TestKit::builder().daemon::<Two>().provide(Journal::default()).config(config);
    let kit = builder.start().await;
    kit.fault(Two::TYPE, FaultAt::Cycle, Fault::Hang, 1);
    kit.advance(secs(61)).await;
    let ((report, _), waited) = tokio::join!(shutdown(&kit), until(&kit, One::TYPE, Stopped));
    assert!((15_000..15_010).contains(&waited), "{waited}");
    assert_eq!(report.leaked, [(Two::TYPE, "its run_cycle does not end".to_owned())]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_second_signal_ends_the_stop_at_once() {
    let config = "[daemons.one.options]\nstop_timeout = '10m'";
    let builder = TestKit::builder().daemon::<One>().provide(Journal::default()).config(config);
    let kit = builder.start().await;
    kit.fault(One::TYPE, FaultAt::Cycle, Fault::Hang, 1);
    kit.advance(secs(61)).await;
    let runtime = kit.runtime().clone();
    let signal = async {
        kit.advance(secs(1)).await;
        runtime.stop_at_once();
    };
    let ((report, took), ()) = tokio::join!(shutdown(&kit), signal);
    let why = "its run_cycle had not ended when the stop was cut short";
    assert_eq!(report.leaked, [(One::TYPE, why.to_owned())]);
    assert!((1_000..1_010).contains(&took), "{took}");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn shutting_down_twice_waits_for_the_same_end() {
    let (kit, journal) = chain().await;
    let (first, second) = tokio::join!(kit.runtime().shutdown(), kit.runtime().shutdown());
    assert_eq!(first, second);
    assert_eq!(journal.count("one ends"), 1);
    kit.finish().await;
}

/// Handles one ping a second.
#[daemon(category = "misc", register = false)]
struct Reader {
    handled: Arc<AtomicU64>,
    #[inject]
    pace: Duration,
}

impl Daemon for Reader {}

#[handlers]
impl Reader {
    #[on_event("STOP_PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        tokio::time::sleep(self.pace).await;
        self.handled.fetch_add(1, Relaxed);
        Ok(())
    }
}

async fn with_mail(pace: Duration, mails: usize) -> TestKit {
    let kit = TestKit::builder().daemon::<Reader>().provide(pace).start().await;
    for _ in 0..mails {
        kit.emit(Ping).await;
    }
    kit.advance(millis(1)).await;
    kit
}

#[tokio::test(start_paused = true)]
async fn mail_that_is_queued_when_the_stop_begins_is_handled() {
    let kit = with_mail(secs(1), 4).await;
    let (report, took) = shutdown(&kit).await;
    assert_eq!(report.undelivered, 0);
    assert!((3_900..=4_000).contains(&took), "{took}");
    assert_eq!(kit.snapshot().deliveries.handled, 4);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn mail_that_does_not_drain_within_stop_timeout_is_counted() {
    let kit = with_mail(secs(2), 4).await;
    let (report, took) = shutdown(&kit).await;
    assert_eq!(report.undelivered, 2);
    assert!((5_000..5_010).contains(&took), "{took}");
    let deliveries = kit.snapshot().deliveries;
    assert_eq!((deliveries.handled, deliveries.undelivered_at_stop), (2, 2));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_the_start_ends_what_had_begun_and_starts_nothing_more() {
    let journal = Journal::default();
    let builder = TestKit::builder().daemon::<Two>().provide(journal.clone()).strict(false);
    let kit = builder.start().await;
    kit.fault(One::TYPE, FaultAt::Start, Fault::Hang, 1);
    kit.runtime().restart_daemon(One::TYPE).unwrap();
    kit.runtime().restart_daemon(Two::TYPE).unwrap();
    kit.advance(secs(1)).await;
    journal.take();
    let (report, took) = shutdown(&kit).await;
    assert_eq!((report.leaked, took), (vec![], 0));
    assert_eq!(journal.take(), ["one ends"]);
    assert_eq!(daemon(&kit, Two::TYPE).incarnation, 1);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn mail_in_the_hand_of_a_leaked_daemon_is_counted_too() {
    let builder = TestKit::builder().daemon::<Reader>().provide(secs(3600));
    let kit = builder.config("[daemons.reader.options]\nstop_timeout = '10m'\nhandler_timeout = '2h'").start().await;
    kit.expect_failures_of(Reader::TYPE);
    kit.emit(Ping).await;
    kit.advance(millis(1)).await;
    let (report, _) = shutdown(&kit).await;
    assert_eq!((report.leaked.len(), report.undelivered), (1, 1));
    assert_eq!(kit.runtime().shutdown().await, report);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_innocent_still_end_when_the_others_use_up_the_time() {
    let (kit, journal) = chain().await;
    for daemon in [Five::TYPE, Four::TYPE, Three::TYPE, Two::TYPE] {
        hang(&kit, daemon).await;
    }
    kit.advance(secs(61)).await;
    let (report, took) = shutdown(&kit).await;
    assert!(report.leaked.is_empty() && took <= 25_000, "{report:?} {took}");
    assert_eq!(journal.take(), ["one stops", "one ends"]);
    for daemon in [Five::TYPE, Four::TYPE, Three::TYPE, Two::TYPE, One::TYPE] {
        assert_eq!(state(&kit, daemon), Stopped);
    }
    kit.finish().await;
}
