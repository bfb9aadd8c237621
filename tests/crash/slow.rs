//! Handlers that are a hundred times slower than their input, on the real clock: what they cost in memory.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use ringrift_core::{AccountSnapshot, Registry, Runtime, prelude::*};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::{resident, roles::Result, storm};

/// The time of one handler, and how many events come in it.
const HANDLER: Duration = Duration::from_millis(10);
const TIMES: u32 = 100;
/// Until the caches of the allocator are filled.
const WARM_UP: Duration = Duration::from_secs(1);
/// How often the memory is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// One of too many.
#[event("SLOW", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Slow {
    /// Which.
    pub number: u64,
    /// Something to carry.
    pub text: String,
}

/// How many handlers ran, and how many of them for what had been handled, or was older.
#[derive(Debug, Clone, Default)]
pub struct Runs(Arc<(AtomicU64, AtomicU64)>);

macro_rules! snail {
    ($(#[$doc:meta])* $name:ident, $overflow:literal) => {
        $(#[$doc])*
        #[daemon(category = "misc", mailbox = 16, overflow = $overflow, register = false)]
        pub struct $name {
            #[inject]
            runs: Runs,
            last: AtomicU64,
        }
        impl Daemon for $name {}
        #[handlers]
        impl $name {
            #[on_event("SLOW")]
            async fn on_slow(&self, slow: &Slow, _cx: &Context<Self>) -> DaemonResult {
                let is_again = self.last.swap(slow.number, SeqCst) >= slow.number;
                self.runs.0.0.fetch_add(1, SeqCst);
                self.runs.0.1.fetch_add(u64::from(is_again), SeqCst);
                sleep(HANDLER).await;
                Ok(())
            }
        }
    };
}

snail!(/** Keeps the newest. */ SnailDropOldest, "drop_oldest");
snail!(/** Keeps the oldest. */ SnailDropNewest, "drop_newest");

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Emits that returned Ok.
    pub events: u64,
    /// The account of the two slow daemons.
    pub account: AccountSnapshot,
    /// How many handlers ran, and how many again.
    pub runs: (u64, u64),
    /// The mean of the resident memory in the first and in the last third of the run, in KiB.
    pub resident_kib: (u64, u64),
}

impl Figures {
    /// By how much the memory grew.
    #[must_use]
    pub fn growth_percent(&self) -> f64 {
        let (first, last) = self.resident_kib;
        100.0 * (last as f64 / first as f64 - 1.0)
    }
}

/// Emits a hundred times as much as is handled, for so long.
///
/// # Errors
/// When the runtime does not start, or an emit fails.
pub async fn slow(time: Duration) -> Result<Figures> {
    let runs = Runs::default();
    let registry = Registry::empty().with::<SnailDropOldest>().with::<SnailDropNewest>();
    let runtime = Runtime::builder().registry(registry).provide(runs.clone()).start().await?;
    runtime.started().await;
    let before = emit_for(&runtime, WARM_UP, 1, &mut Vec::new()).await?;
    let mut resident = Vec::new();
    let events = emit_for(&runtime, time, 1 + before, &mut resident).await? + before;
    storm::closed(&runtime).await?;
    let account = runtime.snapshot().deliveries;
    runtime.shutdown().await;
    let third = (resident.len() / 3).max(1);
    let mean = |kib: &[u64]| kib.iter().sum::<u64>() / kib.len().max(1) as u64;
    let resident_kib = (mean(&resident[..third]), mean(&resident[resident.len() - third..]));
    Ok(Figures { events, account, runs: (runs.0.0.load(SeqCst), runs.0.1.load(SeqCst)), resident_kib })
}

/// Emits events from this number on; how many.
async fn emit_for(runtime: &Runtime, time: Duration, from: u64, resident: &mut Vec<u64>) -> Result<u64> {
    let (begun, mut events, mut looked) = (Instant::now(), 0, Instant::now());
    while begun.elapsed() < time {
        // As many as are due by now: a timer is a millisecond late.
        let due = begun.elapsed().as_micros() * u128::from(TIMES) / HANDLER.as_micros();
        while u128::from(events) < due {
            let number = from + events;
            runtime.emit(Slow { number, text: format!("event {number}") }).await?;
            events += 1;
        }
        if looked.elapsed() >= LOOK {
            resident.push(resident::now_kib()?);
            looked = Instant::now();
        }
        sleep(Duration::from_millis(1)).await;
    }
    Ok(events)
}
