//! Daemons that can't store anything: what they do while the disk is full, and once it has room again.

mod daemons;

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use ringrift_core::{
    EmitError, Registry, Runtime, StateName,
    prelude::*,
    runtime::{
        Dependents,
        letters::{LetterFilter, RetryRate},
        snapshot::DaemonSnapshot,
    },
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use self::daemons::{ASKS, Accountant, Ask, Clerk, Clerks, Clock, Keeper, ORDERS, Order, Stubborn, World};
use super::{files::Folder, roles::Result};

/// More errors of cycles than a backoff of 10 ms that doubles allows in a minute, and more restarts than one may need.
const OFTEN: u64 = 12;
/// How long a state of things is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

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
    /// How many orders were done by several at once, and how many of them were begun while they were in hand.
    pub beside: (u64, u64),
    /// Milliseconds from the moment with room until all orders were done, and daemons and cycles ran.
    pub resumed_ms: u64,
}

impl Figures {
    /// Whether nothing is held against anybody, nothing was lost, and nothing done twice.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.pauses == 0
            && self.letters == (ASKS, 0)
            && matches!(self.keeper, StateName::Backoff | StateName::Starting)
            && self.paid.iter().copied().eq(0..ORDERS)
            && self.done == ORDERS + ASKS
            && self.beside == (ORDERS, 0)
    }
}

/// Fills the disk under daemons that store something in every hook; and makes room again.
pub(super) async fn starve(folder: &Folder) -> Result<Figures> {
    let world = World::new();
    let registry = Registry::empty()
        .with::<Clerk>()
        .with::<Clerks>()
        .with::<Stubborn>()
        .with::<Keeper>()
        .with::<Clock>()
        .with::<Accountant>();
    let builder = Runtime::builder().registry(registry).provide(world.clone()).data_dir(folder.store_folder());
    let starved = Starved { runtime: builder.start().await?, world };
    starved.runtime.started().await;
    starved.runtime.stop_daemon(Stubborn::TYPE, Dependents::Refuse).await?;
    starved.emit_all().await?;
    fail::cfg("store.commit.before", "return(full)")?;
    let (pauses, letters, keeper) = starved.while_full().await?;
    fail::cfg("store.commit.before", "off")?;
    let resumed_ms = starved.resumed().await?;
    starved.world.beside.gate.add_permits(1);
    starved.retry().await;
    let is_over = |starved: &Starved| {
        let World { done, beside, .. } = &starved.world;
        done.load(Relaxed) == ORDERS + ASKS && beside.done.load(Relaxed) == ORDERS
    };
    starved.until("all is done", is_over).await?;
    starved.runtime.shutdown().await;
    let paid = starved.world.paid.lock().map_err(|_| "poisoned")?.clone();
    let World { done, beside, .. } = &starved.world;
    let (done, beside) = (done.load(Relaxed), (beside.done.load(Relaxed), beside.twice.load(Relaxed)));
    Ok(Figures { pauses, letters, keeper, paid, done, beside, resumed_ms })
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
        self.runtime.start_daemon(Stubborn::TYPE)?;
        self.world.gate.add_permits(1);
        let fails_often = |starved: &Self| {
            let letters = starved.runtime.dead_letters().list(&LetterFilter::default()).len() as u64;
            let cycles = starved.daemon(Clock::TYPE).stats.cycle_errors;
            let insists = starved.daemon(Stubborn::TYPE).stats.errors;
            letters == ASKS && insists > 0 && cycles > OFTEN && u64::from(starved.daemon(Keeper::TYPE).restarts) > OFTEN
        };
        self.until("everything fails", fails_often).await?;
        self.retry().await;
        let are_retried = |starved: &Self| {
            let letters = starved.runtime.dead_letters().list(&LetterFilter::default());
            letters.iter().all(|letter| letter.attempts >= 2 && !letter.retrying)
        };
        self.until("the letters fail again", are_retried).await?;
        let letters = self.runtime.dead_letters().list(&LetterFilter::default());
        let retries = letters.iter().map(|letter| letter.retries).sum();
        let recent = self.daemon(Clock::TYPE).stats.recent;
        if recent.errors > 0 {
            return Err(format!("errors of cycles are held against their daemon: {recent:?}").into());
        }
        let pauses = self.daemon(Clerk::TYPE).handlers.iter().map(|handler| handler.pauses).sum();
        Ok((pauses, (letters.len() as u64, retries), self.daemon(Keeper::TYPE).state))
    }

    /// Waits until all goes on; how long that took.
    async fn resumed(&self) -> Result<u64> {
        let (freed, beats) = (Instant::now(), self.world.beats.load(Relaxed));
        let goes_on = |starved: &Self| {
            let is_running = starved.daemon(Keeper::TYPE).state == StateName::Running;
            let World { done, beside, insisted, beats: now, .. } = &starved.world;
            let are_done = done.load(Relaxed) >= ORDERS && beside.done.load(Relaxed) >= ORDERS - 1;
            let are_done = are_done && insisted.load(Relaxed) == ORDERS;
            is_running && are_done && now.load(Relaxed) > beats
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
