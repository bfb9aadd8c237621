//! What a runtime is made of, and what it gives up.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep},
};

use super::{Runtime, StopReport};
use crate::{
    declaration::{
        daemon::Registered,
        registry::{Entry, Registry},
    },
    prelude::*,
};

/// Something to handle.
#[crate::event("RUNTIME_TESTS_WORK", external)]
#[derive(Serialize, Deserialize)]
struct Work;

/// Has a cycle and a handler, which do not end.
#[crate::daemon(category = "misc", cycle = "60s", register = false)]
struct Busy;

impl Daemon for Busy {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        std::future::pending().await
    }
}

#[crate::handlers]
impl Busy {
    #[on_event("RUNTIME_TESTS_WORK")]
    async fn on_work(&self, _work: &Work, _cx: &Context<Self>) -> DaemonResult {
        std::future::pending().await
    }
}

/// A runtime of so many daemons, which run.
async fn busy(daemons: usize) -> Runtime {
    let registry = Registry::empty().with_entries(Entry::copies(Busy::SPEC.get(), daemons));
    let runtime = Runtime::builder().registry(registry).start().await.unwrap();
    runtime.started().await;
    runtime
}

#[tokio::test(start_paused = true)]
async fn a_runtime_has_a_task_a_daemon_and_one_ticker() {
    let tasks = || Handle::current().metrics().num_alive_tasks();
    for daemons in [1, 3, 10] {
        let before = tasks();
        let runtime = busy(daemons).await;
        runtime.emit(Work).await.unwrap();
        // Until all that is ready has run: each has a cycle and an event in hand.
        sleep(Duration::from_millis(1)).await;
        assert_eq!(runtime.snapshot().deliveries.owed, daemons as u64);
        assert_eq!(tasks() - before, daemons + 1);
        runtime.shutdown().await;
        assert_eq!(tasks(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn one_whose_task_does_not_go_on_is_given_up_a_second_after_it_had_to_have_ended() {
    let runtime = busy(1).await;
    // As that of one that blocks its thread.
    runtime.inner.supervisor.end_all().await;
    let before = Instant::now();
    let StopReport { leaked, .. } = runtime.shutdown().await;
    assert_eq!(leaked.len(), 1, "{leaked:?}");
    // Its stop_timeout of 5 s, and what is wrong of it beyond that takes 4 s.
    let waited = before.elapsed().as_millis();
    assert!((10_000..=10_010).contains(&waited), "{waited}");
}
