//! What is started many times, and how it is measured.

use std::{
    fs,
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use ringrift_core::{Registry, builtin::event_router::EventRouter, prelude::*, runtime::Runtime};
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

use crate::common::{TrainingCompleted, runtime, until};

/// How many first cycles have run.
static LIVE: AtomicU64 = AtomicU64::new(0);

/// Emits, in theory: a handled event that nobody emits is an error of the wiring.
#[daemon(category = "misc", register = false, emits = [TrainingCompleted])]
struct Source;
impl Daemon for Source {}

macro_rules! idle_daemon {
    ($(#[doc = $doc:literal])* $name:ident, $cycle:expr) => {
        $(#[doc = $doc])*
        #[daemon(category = "misc", register = false, depends_on = [EventRouter], cycle = "1h")]
        struct $name {
            #[inject]
            router: Handle<EventRouter>,
            checks: AtomicU64,
        }

        impl Daemon for $name {
            async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
                ($cycle)().await;
                black_box(&self.router);
                self.checks.fetch_add(1, Relaxed);
                LIVE.fetch_add(1, Relaxed);
                Ok(())
            }
        }

        #[handlers]
        impl $name {
            #[on_event("BENCH_TRAINING_COMPLETED")]
            async fn on_training_completed(&self, event: &TrainingCompleted, _cx: &Context<Self>) -> DaemonResult {
                ($cycle)().await;
                black_box(event);
                self.checks.fetch_add(1, Relaxed);
                Ok(())
            }
        }
    };
}

idle_daemon!(
    /// One cycle, one handler, a handle and a counter.
    Idle,
    async || {}
);
idle_daemon!(
    /// As `Idle`, but its futures hold 4 kB.
    Fat,
    async || {
        let held = [1_u8; 4096];
        tokio::task::yield_now().await;
        black_box(&held);
    }
);

pub(crate) fn daemons(count: usize) {
    start::<Idle>(count);
}

pub(crate) fn fat_daemons(count: usize) {
    start::<Fat>(count);
}

fn start<D: Daemon>(count: usize) {
    runtime().block_on(async {
        let registry = Registry::empty().with::<EventRouter>().with::<Source>().__with_copies::<D>(count);
        let before = Before::now();
        let runtime = Runtime::builder().registry(registry).start().await.expect("it starts");
        runtime.started().await;
        until("the last first cycle", || LIVE.load(Relaxed) == count as u64).await;
        before.print(count);
        runtime.shutdown().await;
    });
}

/// A task with a mailbox and a timer.
pub(crate) fn bare(count: usize) {
    runtime().block_on(async {
        let before = Before::now();
        let mut tasks = JoinSet::new();
        let mut senders = Vec::new();
        for _ in 0..count {
            let (sender, mut receiver) = mpsc::channel::<u64>(64);
            senders.push(sender);
            tasks.spawn(async move {
                LIVE.fetch_add(1, Relaxed);
                let mut timer = tokio::time::interval(Duration::from_secs(3600));
                loop {
                    tokio::select! {
                        mail = receiver.recv() => if mail.is_none() { return },
                        _ = timer.tick() => {}
                    }
                }
            });
        }
        until("the last start", || LIVE.load(Relaxed) == count as u64).await;
        before.print(count);
    });
}

/// The clock and the memory before the start.
struct Before {
    time: Instant,
    resident: u64,
}

impl Before {
    fn now() -> Self {
        Self { time: Instant::now(), resident: resident() }
    }

    fn print(&self, count: usize) {
        let micros = self.time.elapsed().as_secs_f64() * 1e6 / count as f64;
        let bytes = (resident() - self.resident) as f64 / count as f64;
        println!("{bytes} {micros}");
    }
}

/// The resident set of this process, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it is there");
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kilobytes * 1024
}
