//! One event in a hundred is poison: what that costs the others.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use ringrift_core::{
    Registry, Runtime,
    prelude::*,
    runtime::letters::{LetterFilter, Purge},
};
use serde::{Deserialize, Serialize};
use tokio::{sync::Notify, task::JoinSet, time::Instant};

use super::{roles::Result, storm, torture::place};

/// Of so many, one is poison.
const EVERY: u64 = 100;

/// What may be poison.
#[event("POISON", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Food {
    /// Which.
    pub number: u64,
    /// Whether it is.
    pub is_poison: bool,
}

/// The same, on disk.
#[event("POISON_DURABLE", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DurableFood(Food);

/// Which events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In memory only.
    Transient,
    /// On disk.
    Durable,
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(kind: &str) -> std::result::Result<Self, String> {
        match kind {
            "transient" => Ok(Self::Transient),
            "durable" => Ok(Self::Durable),
            _ => Err(format!("no kind of events is `{kind}`")),
        }
    }
}

impl Kind {
    /// How many tasks emit at once: of those that wait for the disk, many share a sync.
    const fn emitters(self) -> u64 {
        match self {
            Self::Transient => 1,
            Self::Durable => 64,
        }
    }

    /// How often it is measured with poison and without, side by side. How fast transient events are is a matter of
    /// where the two sides happen to run, and changes by half from one round to the next.
    const fn pairs(self) -> usize {
        match self {
            Self::Transient => 101,
            Self::Durable => 15,
        }
    }

    async fn emit(self, runtime: &Runtime, food: Food) -> Result {
        match self {
            Self::Transient => runtime.emit(food).await?,
            Self::Durable => runtime.emit(DurableFood(food)).await?,
        }
        Ok(())
    }
}

/// What was tasted.
#[derive(Debug, Clone, Default)]
pub struct Done(Arc<Tasted>);

#[derive(Debug, Default)]
struct Tasted {
    handled: AtomicU64,
    /// How many are left of this round, and who waits for the last.
    left: AtomicU64,
    is_over: Notify,
}

impl Done {
    fn taste(&self, food: &Food) -> DaemonResult {
        if self.0.left.fetch_sub(1, Relaxed) == 1 {
            self.0.is_over.notify_one();
        }
        if food.is_poison {
            return Err("poison".into());
        }
        self.0.handled.fetch_add(1, Relaxed);
        Ok(())
    }
}

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
        self.done.taste(food)
    }
}

/// The same, of what is on disk.
#[daemon(category = "misc", mailbox = 1024, register = false)]
pub struct DurableTaster {
    #[inject]
    done: Done,
}

impl Daemon for DurableTaster {}

#[handlers]
impl DurableTaster {
    #[on_event("POISON_DURABLE", breaker = "off")]
    async fn on_food(&self, food: &DurableFood, _cx: &Context<Self>) -> DaemonResult {
        self.done.taste(&food.0)
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
    /// Events a second without poison, of the middle round.
    pub per_second: f64,
    /// How many of them there are with poison, of the middle pair: 1 is as many.
    pub ratio: f64,
}

impl Figures {
    /// What poison costs.
    #[must_use]
    pub fn loss_percent(&self) -> f64 {
        100.0 * (1.0 - self.ratio)
    }
}

/// Emits so many events in each round, in every other with poison.
///
/// # Errors
/// When the runtime does not start, an emit fails, or the accounts do not close.
pub async fn poison(kind: Kind, events: u64) -> Result<Figures> {
    let ((_place, folder), done) = (place()?, Done::default());
    let builder = Runtime::builder().provide(done.clone());
    let runtime = match kind {
        Kind::Transient => builder.registry(Registry::empty().with::<Taster>()).start().await?,
        Kind::Durable => {
            builder.registry(Registry::empty().with::<DurableTaster>()).data_dir(folder.root()).start().await?
        }
    };
    runtime.started().await;
    let table = Table { runtime, done, kind, events };
    table.round(false).await?;
    let (mut without, mut ratios, mut dead) = (Vec::new(), Vec::new(), 0);
    for pair in 0..kind.pairs() {
        // In turn first, so that what drifts counts for neither.
        let first_is_poison = pair % 2 == 1;
        let (first, second) = (table.round(first_is_poison).await?, table.round(!first_is_poison).await?);
        let (bare, poisoned) = if first_is_poison { (second, first) } else { (first, second) };
        without.push(bare);
        ratios.push(poisoned / bare);
        // So that all find room.
        dead += table.runtime.dead_letters().purge(&LetterFilter::default(), Purge::Everything);
    }
    table.runtime.shutdown().await;
    let pairs = kind.pairs() as u64;
    let (poison, handled) = (pairs * events / EVERY, table.done.0.handled.load(Relaxed));
    let events = events * (1 + 2 * pairs);
    Ok(Figures { events, poison, handled, dead, per_second: middle(without), ratio: middle(ratios) })
}

/// Where it is tasted, and what.
struct Table {
    runtime: Runtime,
    done: Done,
    kind: Kind,
    events: u64,
}

impl Table {
    /// Events a second, from the first emit to the end of the last handler.
    async fn round(&self, has_poison: bool) -> Result<f64> {
        self.done.0.left.store(self.events, Relaxed);
        let begun = Instant::now();
        let mut emitters = JoinSet::new();
        for emitter in 0..self.kind.emitters() {
            let (runtime, kind, numbers) = (self.runtime.clone(), self.kind, emitter..self.events);
            emitters.spawn(async move {
                for number in numbers.step_by(kind.emitters() as usize) {
                    kind.emit(&runtime, Food { number, is_poison: has_poison && number % EVERY == 7 }).await?;
                }
                Result::Ok(())
            });
        }
        while let Some(emitter) = emitters.join_next().await {
            emitter??;
        }
        self.done.0.is_over.notified().await;
        let took = begun.elapsed();
        // Not measured: each look at the accounts copies all the dead letters.
        storm::closed(&self.runtime).await?;
        Ok(self.events as f64 / took.as_secs_f64())
    }
}

/// The middle one: the fastest is one in which both sides happened to run on one core, which is a matter of luck.
fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
