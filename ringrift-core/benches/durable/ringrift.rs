//! ringrift: `Runtime::emit` of a durable event that one daemon handles.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use ringrift_core::{
    Registry,
    prelude::*,
    runtime::{Dependents, Runtime},
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::{
    Round,
    common::{TrainingCompleted, runtime, until},
    raw::measure,
};

/// The payload of every candidate, as a durable event.
#[event("BENCH_DURABLE", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Durable(TrainingCompleted);

static HANDLED: AtomicUsize = AtomicUsize::new(0);

/// Counts.
#[daemon(category = "misc", register = false)]
struct Counter;
impl Daemon for Counter {}

#[handlers]
impl Counter {
    #[on_event("BENCH_DURABLE")]
    async fn on_durable(&self, _event: &Durable, _cx: &Context<Self>) -> DaemonResult {
        HANDLED.fetch_add(1, Relaxed);
        Ok(())
    }
}

async fn start(folder: &Path) -> Runtime {
    let registry = Registry::empty().with::<Counter>();
    let runtime = Runtime::builder().registry(registry).data_dir(folder).start().await.expect("it starts");
    runtime.started().await;
    runtime
}

pub(crate) fn emits(folder: &Path, events: usize, emitters: usize) -> Round {
    let tokio = runtime();
    let ringrift = tokio.block_on(start(folder));
    let emitting = ringrift.clone();
    let round = tokio.block_on(measure(events, emitters, move |number| {
        let ringrift = emitting.clone();
        async move {
            ringrift.emit(Durable(TrainingCompleted::number(number as u64))).await.expect("it is stored");
        }
    }));
    tokio.block_on(ringrift.shutdown());
    round
}

/// A process that leaves so many deliveries.
pub(crate) async fn leave(folder: &Path, pending: usize) {
    let runtime = start(folder).await;
    runtime.stop_daemon(Counter::TYPE, Dependents::Refuse).await.expect("nothing depends on it");
    let mut emitters = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let runtime = runtime.clone();
        emitters.spawn(async move {
            for number in 0..pending / 100 {
                runtime.emit(Durable(TrainingCompleted::number(number as u64))).await.expect("it is stored");
            }
        });
    }
    emitters.join_all().await;
    runtime.shutdown().await;
}

/// The seconds from the start of the next process to the last of its handlers.
pub(crate) async fn recover(folder: &Path, pending: usize) -> f64 {
    HANDLED.store(0, Relaxed);
    let begun = Instant::now();
    let runtime = start(folder).await;
    until("the last delivery", || HANDLED.load(Relaxed) >= pending / 100 * 100).await;
    let seconds = begun.elapsed().as_secs_f64();
    runtime.shutdown().await;
    seconds
}
