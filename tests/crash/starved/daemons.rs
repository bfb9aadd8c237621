//! Daemons that store something in every hook.

use std::{
    collections::HashSet,
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use ringrift_core::{Interrupted, prelude::*};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

/// How many durable events wait when the disk is full, and how many others: more of each than pause a handler.
pub(super) const ORDERS: u64 = 300;
/// See [`ORDERS`].
pub(super) const ASKS: u64 = 150;
/// The order that is in hand beside others until all the others of its daemon may go on.
const SLOW: u64 = 2;
/// Something to be paid.
#[event("STARVED_ORDER", external, durable)]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Order(pub(super) u64);

/// A question whose answer is durable.
#[event("STARVED_ASK", external)]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Ask(pub(super) u64);

/// What was paid, or answered.
#[event("STARVED_DONE", durable)]
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Done(u64);

/// What the daemons did.
#[derive(Debug, Clone)]
pub(super) struct World {
    /// Open once the disk is full.
    pub(super) gate: Arc<Semaphore>,
    /// The orders, as they were paid.
    pub(super) paid: Arc<Mutex<Vec<u64>>>,
    pub(super) done: Arc<AtomicU64>,
    pub(super) insisted: Arc<AtomicU64>,
    pub(super) beats: Arc<AtomicU64>,
    pub(super) beside: Arc<Beside>,
}

/// What was done by several at once.
#[derive(Debug)]
pub(super) struct Beside {
    pub(super) gate: Semaphore,
    in_hand: Mutex<HashSet<u64>>,
    /// Orders that were begun while they were in hand.
    pub(super) twice: AtomicU64,
    pub(super) done: AtomicU64,
}

impl World {
    pub(super) fn new() -> Self {
        let shut = || Semaphore::new(0);
        let beside =
            Beside { gate: shut(), in_hand: Mutex::default(), twice: AtomicU64::new(0), done: AtomicU64::new(0) };
        Self {
            gate: Arc::new(shut()),
            paid: Arc::default(),
            done: Arc::default(),
            insisted: Arc::default(),
            beats: Arc::default(),
            beside: Arc::new(beside),
        }
    }
}

/// Pays and answers.
#[daemon(category = "misc", emits = [Done], register = false)]
pub(super) struct Clerk {
    #[inject]
    world: World,
}
impl Daemon for Clerk {}

#[handlers]
impl Clerk {
    #[on_event("STARVED_ORDER", timeout = "10m")]
    async fn on_order(&self, order: &Order, cx: &Context<Self>) -> DaemonResult {
        drop(self.world.gate.acquire().await?);
        let pay = || async { self.world.paid.lock().map(|mut paid| paid.push(order.0)).map_err(|_| "poisoned") };
        let paid = cx.once("pay", pay).await;
        if order.0 == 0 {
            // The first meets the full disk.
            paid.expect("whoever wrote this never saw a full disk");
        }
        Ok(cx.emit(Done(order.0)).await?)
    }

    #[on_event("STARVED_ASK", timeout = "10m")]
    async fn on_ask(&self, ask: &Ask, cx: &Context<Self>) -> DaemonResult {
        drop(self.world.gate.acquire().await?);
        Ok(cx.emit(Done(ORDERS + ask.0)).await?)
    }
}

/// Takes note of several orders at once.
#[daemon(category = "misc", concurrency = 4, register = false)]
pub(super) struct Clerks {
    #[inject]
    world: World,
}
impl Daemon for Clerks {}

#[handlers]
impl Clerks {
    #[on_event("STARVED_ORDER", timeout = "10m")]
    async fn note(&self, order: &Order, cx: &Context<Self>) -> DaemonResult {
        let beside = &*self.world.beside;
        let is_alone = beside.in_hand.lock().map_err(|_| "poisoned")?.insert(order.0);
        beside.twice.fetch_add(u64::from(!is_alone), Relaxed);
        drop(self.world.gate.acquire().await?);
        if order.0 == SLOW {
            drop(beside.gate.acquire().await?);
        }
        let noted = cx.once("note", || async { Ok::<_, Infallible>(()) }).await;
        beside.in_hand.lock().map_err(|_| "poisoned")?.remove(&order.0);
        noted?;
        beside.done.fetch_add(1, Relaxed);
        Ok(())
    }
}

/// Does not give up by itself. It is stopped until the disk is full.
#[daemon(category = "misc", register = false)]
pub(super) struct Stubborn {
    #[inject]
    world: World,
}
impl Daemon for Stubborn {}

#[handlers]
impl Stubborn {
    #[on_event("STARVED_ORDER", timeout = "2s")]
    async fn insist(&self, _order: &Order, cx: &Context<Self>) -> DaemonResult {
        // One that was cut off while the store had room again may have been noted.
        while let Err(error) = cx.once("insist", || async { Ok::<_, Infallible>(()) }).await
            && !error.is::<Interrupted>()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.world.insisted.fetch_add(1, Relaxed);
        Ok(())
    }
}

/// Keeps a state, without which it does not start.
#[daemon(category = "misc", max_restarts = 1, backoff = ("10ms", "10ms"), register = false)]
pub(super) struct Keeper {}
impl Daemon for Keeper {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        cx.state::<u64>().update(|starts| *starts += 1).await?;
        Ok(())
    }
}

/// Emits in its cycle.
#[daemon(category = "misc", cycle = "10ms", backoff = ("10ms", "1h"), emits = [Done], register = false)]
pub(super) struct Clock {
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
pub(super) struct Accountant {
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
