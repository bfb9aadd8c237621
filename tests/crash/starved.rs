//! Daemons that can't store anything: what they do while the disk is full, and once it has room again.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use ringrift_core::{
    EmitError, Registry, Runtime, StateName,
    prelude::*,
    runtime::{
        letters::{LetterFilter, RetryRate},
        snapshot::DaemonSnapshot,
    },
};
use serde::{Deserialize, Serialize};
use tokio::{sync::Semaphore, time::Instant};

use super::{files::Folder, roles::Result};

/// How many durable events wait when the disk is full, and how many others: more of each than pause a handler.
pub const ORDERS: u64 = 300;
/// See [`ORDERS`].
pub const ASKS: u64 = 150;
/// More errors of cycles than a backoff of 10 ms that doubles allows in a minute, and more restarts than one may need.
const OFTEN: u64 = 12;
/// How long a state of things is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something to be paid.
#[event("STARVED_ORDER", external, durable)]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Order(u64);

/// A question whose answer is durable.
#[event("STARVED_ASK", external)]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Ask(u64);

/// What was paid, or answered.
#[event("STARVED_DONE", durable)]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Done(u64);

/// What the daemons did.
#[derive(Debug, Clone)]
struct World {
    /// Open once the disk is full.
    gate: Arc<Semaphore>,
    /// The orders, as they were paid.
    paid: Arc<Mutex<Vec<u64>>>,
    done: Arc<AtomicU64>,
    beats: Arc<AtomicU64>,
}

/// Pays and answers.
#[daemon(category = "misc", emits = [Done], register = false)]
struct Clerk {
    #[inject]
    world: World,
}
impl Daemon for Clerk {}

#[handlers]
impl Clerk {
    #[on_event("STARVED_ORDER")]
    async fn on_order(&self, order: &Order, cx: &Context<Self>) -> DaemonResult {
        drop(self.world.gate.acquire().await?);
        let pay = || async { self.world.paid.lock().map(|mut paid| paid.push(order.0)).map_err(|_| "poisoned") };
        // What went wrong is told in words of its own, as errors are that a library wraps.
        cx.once("pay", pay).await.map_err(|error| format!("{} is not paid: {error}", order.0))?;
        Ok(cx.emit(Done(order.0)).await?)
    }

    #[on_event("STARVED_ASK")]
    async fn on_ask(&self, ask: &Ask, cx: &Context<Self>) -> DaemonResult {
        drop(self.world.gate.acquire().await?);
        Ok(cx.emit(Done(ORDERS + ask.0)).await?)
    }
}

/// Keeps a state, without which it does not start.
#[daemon(category = "misc", max_restarts = 1, backoff = ("10ms", "10ms"), register = false)]
struct Keeper {}
impl Daemon for Keeper {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        cx.state::<u64>().update(|starts| *starts += 1).await?;
        Ok(())
    }
}

/// Emits in its cycle.
#[daemon(category = "misc", cycle = "10ms", backoff = ("10ms", "1h"), emits = [Done], register = false)]
struct Clock {
    #[inject]
    world: World,
}
impl Daemon for Clock {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        let beat = self.world.beats.load(Relaxed) + 1;
        cx.emit(Done(u64::MAX - beat)).await?;
        self.world.beats.store(beat, Relaxed);
        Ok(())
    }
}

/// Counts what was done.
#[daemon(category = "misc", register = false)]
struct Accountant {
    #[inject]
    world: World,
}
impl Daemon for Accountant {}

#[handlers]
impl Accountant {
    #[on_event("STARVED_DONE")]
    async fn on_done(&self, done: &Done, _cx: &Context<Self>) -> DaemonResult {
        if done.0 < ORDERS + ASKS {
            self.world.done.fetch_add(1, Relaxed);
        }
        Ok(())
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Pauses of handlers.
    pub pauses: u64,
    /// Dead letters, and how many of their retries counted.
    pub letters: (u64, u32),
    /// The state of the daemon that could not start, while the disk was full.
    pub keeper: StateName,
    /// The orders that were paid, in order.
    pub paid: Vec<u64>,
    /// How many orders and asks were done.
    pub done: u64,
    /// Milliseconds from the moment with room until all orders were done, and daemons and cycles ran.
    pub resumed_ms: u64,
}

/// Fills the disk under daemons that store something in every hook; and makes room again.
pub(super) async fn starve(folder: &Folder) -> Result<Figures> {
    let world =
        World { gate: Arc::new(Semaphore::new(0)), paid: Arc::default(), done: Arc::default(), beats: Arc::default() };
    let registry = Registry::empty().with::<Clerk>().with::<Keeper>().with::<Clock>().with::<Accountant>();
    let builder = Runtime::builder().registry(registry).provide(world.clone()).data_dir(folder.store_folder());
    let starved = Starved { runtime: builder.start().await?, world };
    starved.runtime.started().await;
    starved.emit_all().await?;
    fail::cfg("store.commit.before", "return(full)")?;
    let (pauses, letters, keeper) = starved.while_full().await?;
    fail::cfg("store.commit.before", "off")?;
    let resumed_ms = starved.resumed().await?;
    starved.retry().await;
    starved.until("all letters recover", |starved| starved.world.done.load(Relaxed) == ORDERS + ASKS).await?;
    starved.runtime.shutdown().await;
    let paid = starved.world.paid.lock().map_err(|_| "poisoned")?.clone();
    let done = starved.world.done.load(Relaxed);
    Ok(Figures { pauses, letters, keeper, paid, done, resumed_ms })
}

struct Starved {
    runtime: Runtime,
    world: World,
}

impl Starved {
    async fn emit_all(&self) -> Result {
        for order in 0..ORDERS {
            self.runtime.emit(Order(order)).await?;
        }
        for ask in 0..ASKS {
            self.runtime.emit(Ask(ask)).await?;
        }
        Ok(())
    }

    /// Lets everything fail, and often. Returns the pauses, the letters with their retries, and the state of the keeper.
    async fn while_full(&self) -> Result<(u64, (u64, u32), StateName)> {
        match self.runtime.emit(Order(ORDERS)).await {
            Err(EmitError::StorageFull { .. }) => {}
            other => return Err(format!("a full disk gives {other:?}").into()),
        }
        self.runtime.restart_daemon(Keeper::TYPE)?;
        self.world.gate.add_permits(1);
        let fails_often = |starved: &Self| {
            let letters = starved.runtime.dead_letters().list(&LetterFilter::default()).len() as u64;
            let cycles = starved.daemon(Clock::TYPE).stats.cycle_errors;
            letters == ASKS && cycles > OFTEN && u64::from(starved.daemon(Keeper::TYPE).restarts) > OFTEN
        };
        self.until("everything fails", fails_often).await?;
        self.retry().await;
        let are_retried = |starved: &Self| {
            let letters = starved.runtime.dead_letters().list(&LetterFilter::default());
            letters.iter().all(|letter| letter.attempts == 2 && !letter.retrying)
        };
        self.until("the letters fail again", are_retried).await?;
        let letters = self.runtime.dead_letters().list(&LetterFilter::default());
        let retries = letters.iter().map(|letter| letter.retries).sum();
        let pauses = self.daemon(Clerk::TYPE).handlers.iter().map(|handler| handler.pauses).sum();
        Ok((pauses, (letters.len() as u64, retries), self.daemon(Keeper::TYPE).state))
    }

    /// Waits until all goes on; how long that took.
    async fn resumed(&self) -> Result<u64> {
        let (freed, beats) = (Instant::now(), self.world.beats.load(Relaxed));
        let goes_on = |starved: &Self| {
            let is_running = starved.daemon(Keeper::TYPE).state == StateName::Running;
            is_running && starved.world.done.load(Relaxed) == ORDERS && starved.world.beats.load(Relaxed) > beats
        };
        self.until("all goes on", goes_on).await?;
        Ok(freed.elapsed().as_millis() as u64)
    }

    async fn retry(&self) {
        self.runtime.dead_letters().retry_all(&LetterFilter::default(), RetryRate::AtOnce).await;
    }

    fn daemon(&self, daemon: DaemonType) -> DaemonSnapshot {
        let daemons = self.runtime.snapshot().daemons;
        daemons.into_iter().find(|found| found.name == daemon.as_str()).expect("it is in the registry")
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result {
        let begun = Instant::now();
        while !is_so(self) {
            if begun.elapsed() > PATIENCE {
                let daemons = self.runtime.snapshot().daemons;
                let states: Vec<_> = daemons.iter().map(|daemon| (&daemon.name, daemon.state, &daemon.stats)).collect();
                return Err(format!("not within {PATIENCE:?}: {what}; {:?}; {states:#?}", self.world).into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}
