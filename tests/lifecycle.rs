//! Start, stop, restart: the states of one daemon and of several.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use ringrift_core::{
    StateName,
    prelude::*,
    testing::{Fault, FaultAt, TestKit},
};

/// Works every minute.
#[daemon(category = "misc", cycle = "60s", register = false)]
struct Worker {
    cycles: AtomicU64,
}

impl Daemon for Worker {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        self.cycles.fetch_add(1, Relaxed);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn cycles_run_at_once_and_then_at_the_end_of_the_last_plus_the_cycle() {
    let kit = TestKit::builder().daemon::<Worker>().start().await;
    kit.wait_for(Worker::TYPE, StateName::Running).await;
    kit.advance(Duration::from_millis(1)).await;
    assert_eq!(kit.get::<Worker>().cycles.load(Relaxed), 1);
    kit.advance(Duration::from_secs(60)).await;
    assert_eq!(kit.get::<Worker>().cycles.load(Relaxed), 2);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_restarts_after_one_two_four_eight_sixteen_seconds_then_fails() {
    let kit = TestKit::builder().daemon::<Worker>().start().await;
    kit.fault(Worker::TYPE, FaultAt::Cycle, Fault::Panic, 100);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    kit.wait_for(Worker::TYPE, StateName::Failed).await;
    let daemon = kit.snapshot().daemons.into_iter().find(|daemon| daemon.name == "worker").unwrap();
    assert_eq!(daemon.restarts, 5);
    assert_eq!(daemon.reason, "run_cycle panicked: an injected panic");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_day_of_twenty_daemons_is_one_short_test() {
    let kit = TestKit::builder().replicate::<Worker>(20).start().await;
    kit.advance(Duration::from_secs(24 * 3600)).await;
    for copy in kit.snapshot().daemons.iter().filter(|daemon| daemon.name.starts_with("worker#")) {
        assert_eq!(copy.stats.cycles, 1440, "{}", copy.name);
    }
    kit.finish().await;
}
