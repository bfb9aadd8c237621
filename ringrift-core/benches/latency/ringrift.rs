//! ringrift: `Runtime::emit` to a handler, `Runtime::restart_daemon` to the next first cycle.

use std::hint::black_box;

use ringrift_core::{Registry, prelude::*, runtime::Runtime};

use crate::{Stopwatch, common::TrainingCompleted};

static HANDLED: Stopwatch = Stopwatch::new();
static RESTARTED: Stopwatch = Stopwatch::new();

/// Emits, in theory: a handled event that nobody emits is an error of the wiring.
#[daemon(category = "misc", register = false, emits = [TrainingCompleted])]
struct Source;
impl Daemon for Source {}

/// Notes when a handler begins.
#[daemon(category = "misc", register = false)]
struct Listener;
impl Daemon for Listener {}

#[handlers]
impl Listener {
    #[on_event("BENCH_TRAINING_COMPLETED")]
    async fn on_training_completed(&self, event: &TrainingCompleted, _cx: &Context<Self>) -> DaemonResult {
        black_box(&event.config_key);
        HANDLED.stop();
        Ok(())
    }
}

/// Notes when its first cycle begins.
#[daemon(category = "misc", register = false, cycle = "1h")]
struct Worker;

impl Daemon for Worker {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        RESTARTED.stop();
        Ok(())
    }
}

async fn start(registry: Registry) -> Runtime {
    let runtime = Runtime::builder().registry(registry).start().await.expect("it starts");
    runtime.started().await;
    runtime
}

pub(crate) async fn emits(samples: usize) -> Vec<f64> {
    let runtime = start(Registry::empty().with::<Source>().with::<Listener>()).await;
    let micros = HANDLED
        .measure(samples, async || runtime.emit(TrainingCompleted::number(1)).await.expect("the runtime lives"))
        .await;
    runtime.shutdown().await;
    micros
}

pub(crate) async fn restarts(samples: usize) -> Vec<f64> {
    let runtime = start(Registry::empty().with::<Worker>()).await;
    RESTARTED.ended().await;
    let micros =
        RESTARTED.measure(samples, async || runtime.restart_daemon(Worker::TYPE).expect("it can be restarted")).await;
    runtime.shutdown().await;
    micros
}
