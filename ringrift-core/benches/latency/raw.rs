//! Bare tokio.

use std::{hint::black_box, sync::Arc};

use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
};

use crate::{Stopwatch, common::TrainingCompleted};

static RECEIVED: Stopwatch = Stopwatch::new();
static RESTARTED: Stopwatch = Stopwatch::new();

pub(crate) async fn sends(samples: usize) -> Vec<f64> {
    let mut tasks = JoinSet::new();
    let (sender, mut receiver) = mpsc::channel::<Arc<TrainingCompleted>>(1024);
    tasks.spawn(async move {
        while let Some(event) = receiver.recv().await {
            black_box(&event.config_key);
            RECEIVED.stop();
        }
    });
    RECEIVED
        .measure(samples, async || {
            let event = Arc::new(TrainingCompleted::number(1));
            sender.send(event).await.expect("the receiver lives");
        })
        .await
}

/// A task that is told to end, awaited, and spawned again.
pub(crate) async fn restarts(samples: usize) -> Vec<f64> {
    let mut tasks = JoinSet::new();
    let stop = Arc::new(Notify::new());
    let told = Arc::clone(&stop);
    tasks.spawn(async move {
        let mut workers = JoinSet::new();
        loop {
            let told = Arc::clone(&told);
            workers.spawn(async move {
                RESTARTED.stop();
                told.notified().await;
            });
            workers.join_next().await;
        }
    });
    RESTARTED.ended().await;
    RESTARTED.measure(samples, async || stop.notify_one()).await
}
