//! Faults that a test strikes daemons with: at every hook, in every way.

mod among_others;
mod clock;
mod disk;
mod fixtures;
mod kills;
mod malformed;
mod model;
mod operators;
mod panicking;
mod poison;
mod resets;
mod slow;
mod storm;
mod stubborn;
mod suspend;

use std::time::Duration;

use ringrift_core::{
    HealthStatus,
    StateName::{self, Failed, Running, Stopped},
    prelude::*,
    runtime::Dependents,
    testing::{
        Fault::{self, Error, Hang, Panic, Slow},
        FaultAt, TestKit,
    },
};

use crate::{
    desk::{Ask, Desk, Does, Worker, worker},
    journal::Journal,
    look::state,
};

const SLOW: Fault = Slow(Duration::from_secs(1));

/// The state of the worker after its hook was struck, with its errors and panics.
async fn struck(at: FaultAt, fault: Fault) -> (StateName, u64, u64) {
    let kit = worker(&Desk::default(), "cycle = \"1m\"\ncycle_timeout = \"5s\"\nrestart = \"never\"").await;
    kit.fault(Worker::TYPE, at, fault, 1);
    match at {
        FaultAt::Start => kit.runtime().restart_daemon(Worker::TYPE).unwrap(),
        FaultAt::Handler => kit.work(1, Does::Well).await,
        FaultAt::Cycle | FaultAt::Health | FaultAt::Runner => {}
        FaultAt::Stop | FaultAt::Exit => kit.runtime().restart_daemon(Worker::TYPE).unwrap(),
    }
    kit.seconds(75).await;
    let stats = kit.stats(Worker::TYPE);
    let state = kit.state(Worker::TYPE).name();
    kit.finish().await;
    (state, stats.errors, stats.panics)
}

#[tokio::test(start_paused = true)]
async fn faults_strike_every_hook_in_every_way() {
    let cases = [
        (FaultAt::Start, [(Panic, Failed), (Error, Failed), (Hang, Failed), (SLOW, Running)]),
        (FaultAt::Cycle, [(Panic, Failed), (Error, Running), (Hang, Running), (SLOW, Running)]),
        (FaultAt::Handler, [(Panic, Running), (Error, Running), (Hang, Running), (SLOW, Running)]),
        (FaultAt::Stop, [(Panic, Running), (Error, Running), (Hang, Running), (SLOW, Running)]),
        (FaultAt::Exit, [(Panic, Running), (Error, Running), (Hang, Running), (SLOW, Running)]),
    ];
    for (at, faults) in cases {
        for (fault, expected) in faults {
            let (state, errors, panics) = struck(at, fault).await;
            assert_eq!(state, expected, "{fault:?} at {at:?}");
            assert_eq!((errors > 0, panics > 0), (fault != SLOW, fault == Panic), "{fault:?} at {at:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_struck_health_check_is_a_failed_one() {
    for fault in [Panic, Error, Hang] {
        let kit = worker(&Desk::default(), "startup_grace = \"0s\"").await;
        kit.fault(Worker::TYPE, FaultAt::Health, fault, 1);
        kit.seconds(40).await;
        assert_eq!(kit.daemon(Worker::TYPE).health.status(), HealthStatus::Error, "{fault:?}");
        kit.seconds(40).await;
        assert_eq!(kit.daemon(Worker::TYPE).health.status(), HealthStatus::Running, "{fault:?}");
        kit.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_no_times_disarms() {
    let kit = worker(&Desk::default(), "cycle = \"1m\"").await;
    kit.fault(Worker::TYPE, FaultAt::Cycle, Panic, 5);
    kit.fault(Worker::TYPE, FaultAt::Cycle, Panic, 0);
    kit.seconds(65).await;
    assert_eq!(kit.stats(Worker::TYPE).panics, 0);
    kit.finish().await;
}

/// Says that its runner runs.
#[daemon(category = "misc", runner = says_so, restart = "never", register = false)]
struct Runs {
    #[inject]
    journal: Journal,
}

impl Daemon for Runs {}

async fn says_so(daemon: &Runs, cx: &Context<Runs>) -> DaemonResult {
    daemon.journal.note("runs");
    cx.shutdown().cancelled().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_is_struck_fails_hangs_or_comes_late() {
    for (fault, expected, cause) in [
        (Panic, Failed, "runner panicked: an injected panic"),
        (Error, Failed, "runner failed: an injected error"),
        (Hang, Running, ""),
        (SLOW, Running, ""),
    ] {
        let journal = Journal::default();
        let kit = TestKit::builder().daemon::<Runs>().provide(journal.clone()).start().await;
        assert_eq!(journal.take(), ["runs"]);
        kit.fault(Runs::TYPE, FaultAt::Runner, fault, 1);
        kit.runtime().restart_daemon(Runs::TYPE).unwrap();
        kit.advance(Duration::from_millis(900)).await;
        assert_eq!(journal.take(), [""; 0], "{fault:?}");
        kit.seconds(75).await;
        assert_eq!((state(&kit, Runs::TYPE), kit.state(Runs::TYPE).cause()), (expected, cause), "{fault:?}");
        assert_eq!(journal.take().len(), usize::from(fault == SLOW), "{fault:?}");
        let stats = kit.stats(Runs::TYPE);
        assert_eq!(
            (stats.errors, stats.panics),
            (u64::from(expected == Failed), u64::from(fault == Panic)),
            "{fault:?}"
        );
        kit.runtime().stop_daemon(Runs::TYPE, Dependents::Refuse).await.unwrap();
        kit.moment().await;
        assert_eq!(state(&kit, Runs::TYPE), Stopped, "{fault:?}");
        kit.finish().await;
    }
}
