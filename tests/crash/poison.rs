//! One event in a hundred is poison: what that costs the others.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use ringrift_core::{Registry, Runtime, prelude::*};
use serde::{Deserialize, Serialize};
use tokio::{sync::Notify, time::Instant};

use super::{roles::Result, storm};

/// Of so many, one is poison.
const EVERY: u64 = 100;
/// How often it is measured with poison, and how often without, in turn.
const ROUNDS: u64 = 9;

/// What may be poison.
#[event("POISON", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Food {
    /// Which.
    pub number: u64,
    /// Whether it is.
    pub is_poison: bool,
    /// Whether it is the last of a round.
    pub is_last: bool,
}

/// How many were handled, and who waits for the last of a round.
#[derive(Debug, Clone, Default)]
pub struct Done(Arc<(AtomicU64, Notify)>);

/// Does not survive poison.
#[daemon(category = "misc", mailbox = 1024, register = false)]
pub struct Taster {
    #[inject]
    done: Done,
}

impl Daemon for Taster {}

#[handlers]
impl Taster {
    #[on_event("POISON", breaker = "off")]
    async fn on_food(&self, food: &Food, _cx: &Context<Self>) -> DaemonResult {
        if food.is_poison {
            return Err("poison".into());
        }
        self.done.0.0.fetch_add(1, Relaxed);
        if food.is_last {
            self.done.0.1.notify_one();
        }
        Ok(())
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// How many events there were in all rounds.
    pub events: u64,
    /// How many of them were poison.
    pub poison: u64,
    /// How many were handled.
    pub handled: u64,
    /// How many dead letters there were.
    pub dead: u64,
    /// Events a second, without and with poison, of the fastest rounds.
    pub per_second: (u64, u64),
}

impl Figures {
    /// What poison costs.
    #[must_use]
    pub fn loss_percent(&self) -> f64 {
        let (without, with) = self.per_second;
        100.0 * (1.0 - with as f64 / without as f64)
    }

    /// What one dead letter costs more than an event that is handled, in µs.
    #[must_use]
    pub fn letter_us(&self) -> f64 {
        let (without, with) = self.per_second;
        1e6 * (1.0 / with as f64 - 1.0 / without as f64) * EVERY as f64
    }
}

/// Emits so many events in each round, in every other with poison.
///
/// # Errors
/// When the runtime does not start, an emit fails, or the accounts do not close.
pub async fn poison(events: u64) -> Result<Figures> {
    let done = Done::default();
    let registry = Registry::empty().with::<Taster>();
    let runtime = Runtime::builder().registry(registry).provide(done.clone()).start().await?;
    runtime.started().await;
    round(&runtime, &done, events, false).await?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(round(&runtime, &done, events, false).await?);
        with.push(round(&runtime, &done, events, true).await?);
    }
    let dead = runtime.snapshot().deliveries.dead;
    runtime.shutdown().await;
    let (events, poison) = (events * (1 + 2 * ROUNDS), events / EVERY * ROUNDS);
    let per_second = (best(&without), best(&with));
    Ok(Figures { events, poison, handled: done.0.0.load(Relaxed), dead, per_second })
}

/// Events a second, from the first emit to the end of the last handler.
async fn round(runtime: &Runtime, done: &Done, events: u64, has_poison: bool) -> Result<u64> {
    let begun = Instant::now();
    for number in 0..events {
        let (is_poison, is_last) = (has_poison && number % EVERY == 7, number == events - 1);
        runtime.emit(Food { number, is_poison, is_last }).await?;
    }
    done.0.1.notified().await;
    let took = begun.elapsed();
    // Not measured: each look at the accounts copies all the dead letters.
    storm::closed(runtime).await?;
    Ok((events as f64 / took.as_secs_f64()) as u64)
}

/// The fastest round: other work on the machine makes the others slower.
fn best(figures: &[u64]) -> u64 {
    figures.iter().copied().max().unwrap_or_default()
}
