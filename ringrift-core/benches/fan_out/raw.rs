//! The floors: channels with nothing round them.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{task::JoinSet, time::Instant};

use crate::{
    Shape,
    common::{TrainingCompleted, until},
};

/// The bound of every channel: that of a mailbox.
const CAPACITY: usize = 1024;

/// One channel per subscriber; a publisher sends to one after the other.
pub(crate) async fn mpsc(shape: Shape) -> Duration {
    let count = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    let mut senders = Vec::new();
    for _ in 0..shape.subscribers {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Arc<TrainingCompleted>>(CAPACITY);
        let count = Arc::clone(&count);
        tasks.spawn(async move {
            while let Some(event) = receiver.recv().await {
                black_box(&event.config_key);
                count.fetch_add(1, Relaxed);
            }
        });
        senders.push(sender);
    }
    let start = Instant::now();
    for _ in 0..shape.publishers {
        let senders = senders.clone();
        tasks.spawn(async move {
            for number in 0..shape.events {
                let event = Arc::new(TrainingCompleted::number(number));
                for sender in &senders {
                    sender.send(Arc::clone(&event)).await.expect("it is open");
                }
            }
        });
    }
    until("the last delivery", || count.load(Relaxed) == shape.deliveries()).await;
    start.elapsed()
}

/// One channel that every subscriber reads.
pub(crate) async fn broadcast(shape: Shape) -> Duration {
    let count = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    let (sender, receiver) = async_broadcast::broadcast::<Arc<TrainingCompleted>>(CAPACITY);
    let _kept_open = receiver.deactivate();
    for _ in 0..shape.subscribers {
        let mut receiver = sender.new_receiver();
        let count = Arc::clone(&count);
        tasks.spawn(async move {
            while let Ok(event) = receiver.recv().await {
                black_box(&event.config_key);
                count.fetch_add(1, Relaxed);
            }
        });
    }
    let start = Instant::now();
    for _ in 0..shape.publishers {
        let sender = sender.clone();
        tasks.spawn(async move {
            for number in 0..shape.events {
                sender.broadcast(Arc::new(TrainingCompleted::number(number))).await.expect("it is open");
            }
        });
    }
    until("the last delivery", || count.load(Relaxed) == shape.deliveries()).await;
    start.elapsed()
}
