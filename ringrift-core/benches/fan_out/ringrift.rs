//! ringrift's whole path: publisher daemons emit, subscriber daemons count.

use std::{
    hint::black_box,
    path::Path,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use ringrift_core::{Registry, prelude::*, runtime::Runtime};
use tokio::{sync::Notify, time::Instant};

use crate::{
    Shape,
    common::{TrainingCompleted, until},
};

/// What all subscribers of a round have handled.
static COUNT: AtomicU64 = AtomicU64::new(0);
/// How much each publisher says.
static EVENTS: AtomicU64 = AtomicU64::new(0);
static GO: Notify = Notify::const_new();

macro_rules! publishers {
    ($($name:ident)*) => {$(
        /// Emits when it is told to.
        #[daemon(category = "misc", register = false, emits = [TrainingCompleted], cycle = "1h")]
        struct $name;

        impl Daemon for $name {
            async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
                GO.notified().await;
                for number in 0..EVENTS.load(Relaxed) {
                    cx.emit(TrainingCompleted::number(number)).await?;
                }
                Ok(())
            }
        }
    )*};
}

publishers!(First Second);

macro_rules! subscribers {
    ($($name:ident)*) => {
        $(
            /// Counts.
            #[daemon(category = "misc", register = false)]
            struct $name;

            impl Daemon for $name {}

            #[handlers]
            impl $name {
                #[on_event("BENCH_TRAINING_COMPLETED")]
                async fn on_training_completed(&self, event: &TrainingCompleted, _cx: &Context<Self>) -> DaemonResult {
                    black_box(&event.config_key);
                    COUNT.fetch_add(1, Relaxed);
                    Ok(())
                }
            }
        )*

        const SUBSCRIBERS: &[fn(Registry) -> Registry] = &[$(Registry::with::<$name>),*];
    };
}

subscribers!(
    S00 S01 S02 S03 S04 S05 S06 S07 S08 S09 S10 S11 S12 S13 S14 S15
    S16 S17 S18 S19 S20 S21 S22 S23 S24 S25 S26 S27 S28 S29 S30 S31
    S32 S33 S34 S35 S36 S37 S38 S39 S40 S41 S42 S43 S44 S45 S46 S47
    S48 S49 S50 S51 S52 S53 S54 S55 S56 S57 S58 S59 S60 S61 S62 S63
);

/// With a store, where there is a folder for one: these events are transient, and it is not theirs.
pub(crate) async fn run(shape: Shape, store: Option<&Path>) -> Duration {
    COUNT.store(0, Relaxed);
    EVENTS.store(shape.events, Relaxed);
    let mut registry = Registry::empty().with::<First>();
    if shape.publishers == 2 {
        registry = registry.with::<Second>();
    }
    let registry = SUBSCRIBERS[..shape.subscribers].iter().fold(registry, |registry, add| add(registry));
    let mut builder = Runtime::builder().registry(registry);
    if let Some(folder) = store {
        builder = builder.data_dir(folder);
    }
    let runtime = builder.start().await.expect("it starts");
    runtime.started().await;
    // Until every publisher listens.
    tokio::time::sleep(Duration::from_millis(5)).await;
    let start = Instant::now();
    GO.notify_waiters();
    until("the last delivery", || COUNT.load(Relaxed) == shape.deliveries()).await;
    let took = start.elapsed();
    let closed = || runtime.snapshot().deliveries.is_closed();
    until("the end of the last account", closed).await;
    let deliveries = runtime.snapshot().deliveries;
    assert_eq!((deliveries.owed, deliveries.handled), (shape.deliveries(), shape.deliveries()));
    runtime.shutdown().await;
    took
}
