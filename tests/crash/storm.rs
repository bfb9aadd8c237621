//! An event storm: many emits at once, at subscribers that have no room for most of them.

use ringrift_core::{AccountSnapshot, Registry, Runtime, http, prelude::*};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{Duration, Instant, sleep},
};

use super::{probe::Probe, resident};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How many tasks emit at once.
const EMITTERS: u64 = 4;
/// What the whole process of a storm may have at the most, in KiB. Everything in it is bounded: the mailboxes, and
/// 10,000 dead letters.
pub const MOST_KIB: u64 = 32 * 1024;
/// How long the accounts may stay open once the last emit has returned.
const PATIENCE: Duration = Duration::from_secs(60);

/// One of very many.
#[event("STORM", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Storm {
    /// Which.
    pub number: u64,
    /// Something to carry.
    pub text: String,
}

macro_rules! subscriber {
    ($(#[$doc:meta])* $name:ident, $overflow:literal, $pause:expr) => {
        $(#[$doc])*
        #[daemon(category = "misc", mailbox = 16, overflow = $overflow, register = false)]
        pub struct $name;
        impl Daemon for $name {}
        #[handlers]
        impl $name {
            #[on_event("STORM")]
            async fn on_storm(&self, _storm: &Storm, _cx: &Context<Self>) -> DaemonResult {
                $pause.await;
                Ok(())
            }
        }
    };
}

// All are slower than the emitters, or no mailbox would ever be full.
subscriber!(/** Keeps the emitters waiting. */ StormBlock, "block", tokio::task::yield_now());
subscriber!(/** Keeps the newest. */ StormDropOldest, "drop_oldest", sleep(Duration::from_millis(1)));
subscriber!(/** Keeps the oldest. */ StormDropNewest, "drop_newest", sleep(Duration::from_millis(1)));

/// What a storm was like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Emits that returned Ok.
    pub events: u64,
    /// How many daemons subscribe.
    pub subscribers: u64,
    /// The sum of the accounts of the subscribers that make the emitters wait.
    pub block: AccountSnapshot,
    /// Of those that drop the oldest.
    pub drop_oldest: AccountSnapshot,
    /// Of those that drop the newest.
    pub drop_newest: AccountSnapshot,
    /// From the first emit to the closed accounts.
    pub ms: u64,
    /// How many deliveries were accounted for in a second.
    pub deliveries_per_second: u64,
    /// The most memory that the process ever had, in KiB.
    pub peak_kib: u64,
    /// How long /livez took, in µs: of 100 answers, 99 were as fast.
    pub livez_p99_us: u64,
    /// How often it was asked.
    pub livez_asked: usize,
    /// How often it did not answer with 200.
    pub livez_failed: usize,
}

/// Emits so many events at so many subscribers, a third of each policy, and asks /livez all the while.
///
/// # Errors
/// When the runtime does not start, an emit fails, or the accounts do not close.
pub async fn storm(events: u64, subscribers: usize) -> Result<Figures> {
    let registry = registry(subscribers);
    let runtime = Runtime::builder().registry(registry.clone()).start().await?;
    runtime.started().await;
    let (mut tasks, (end, ended)) = (JoinSet::new(), oneshot::channel::<()>());
    let listener = http::bind(([127, 0, 0, 1], 0).into()).await?;
    let address = listener.local_addr()?;
    let source = runtime.clone();
    let views = http::Source::new(&registry, move || source.snapshot());
    tasks.spawn(http::serve(listener, views, async { _ = ended.await }));
    let probe = Probe::start(address)?;
    let begun = Instant::now();
    emit_all(&runtime, events).await?;
    closed(&runtime).await?;
    let took = begun.elapsed();
    let answers = probe.end();
    _ = end.send(());
    tasks.join_all().await;
    runtime.shutdown().await;
    let sum = |name| account(&runtime, name);
    let (block, drop_oldest, drop_newest) = (sum("storm_block"), sum("storm_drop_oldest"), sum("storm_drop_newest"));
    Ok(Figures {
        events,
        subscribers: subscribers as u64,
        block,
        drop_oldest,
        drop_newest,
        ms: took.as_millis() as u64,
        deliveries_per_second: ((events * subscribers as u64) as f64 / took.as_secs_f64()) as u64,
        peak_kib: resident::peak_kib()?,
        livez_p99_us: answers.percentile(99).as_micros() as u64,
        livez_asked: answers.times.len() + answers.failed,
        livez_failed: answers.failed,
    })
}

fn registry(subscribers: usize) -> Registry {
    let third = subscribers / 3;
    let registry = Registry::empty().__with_copies::<StormBlock>(subscribers - 2 * third);
    registry.__with_copies::<StormDropOldest>(third).__with_copies::<StormDropNewest>(third)
}

async fn emit_all(runtime: &Runtime, events: u64) -> Result {
    let mut emitters = JoinSet::new();
    for emitter in 0..EMITTERS {
        let runtime = runtime.clone();
        emitters.spawn(async move {
            for number in (emitter..events).step_by(EMITTERS as usize) {
                runtime.emit(Storm { number, text: format!("event {number}") }).await?;
            }
            Result::Ok(())
        });
    }
    while let Some(emitter) = emitters.join_next().await {
        emitter??;
    }
    Ok(())
}

/// Waits until every account is closed.
pub(super) async fn closed(runtime: &Runtime) -> Result {
    let begun = Instant::now();
    while !runtime.snapshot().deliveries.is_closed() {
        if begun.elapsed() > PATIENCE {
            return Err(format!("the accounts do not close: {:?}", runtime.snapshot().deliveries).into());
        }
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// The sum of the accounts of the copies of a daemon.
fn account(runtime: &Runtime, name: &str) -> AccountSnapshot {
    let daemons = runtime.snapshot().daemons.into_iter().filter(|daemon| daemon.name.split('#').next() == Some(name));
    let handlers = daemons.flat_map(|daemon| daemon.handlers);
    handlers.fold(AccountSnapshot::default(), |sum, handler| sum_of(sum, handler.deliveries))
}

/// The sum, column by column.
#[must_use]
pub fn sum_of(a: AccountSnapshot, b: AccountSnapshot) -> AccountSnapshot {
    AccountSnapshot {
        owed: a.owed + b.owed,
        handled: a.handled + b.handled,
        dead: a.dead + b.dead,
        discarded: a.discarded + b.discarded,
        evicted: a.evicted + b.evicted,
        dropped: a.dropped + b.dropped,
        deduplicated: a.deduplicated + b.deduplicated,
        undelivered_at_stop: a.undelivered_at_stop + b.undelivered_at_stop,
    }
}
