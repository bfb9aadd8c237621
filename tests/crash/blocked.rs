//! What a hundred others notice of a daemon that blocks a worker thread, hangs, or does not end.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use ringrift_core::{
    DaemonType, Registry,
    StateName::Leaked,
    runtime::{Dependents, Runtime},
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::{
    others::{self, Delays, Hangs, Release, Threads, are_named, blocking, is_said, until},
    percentile::percentile,
    roles::Result,
    stubborn::Clings,
};

/// For how long the others are watched: until the culprit is named, and then some.
const WATCHED: Duration = Duration::from_secs(8);

/// How long the others have run by then.
const SETTLED: Duration = Duration::from_secs(1);

/// What goes wrong among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Culprit {
    /// So many block a worker each.
    Blocks(usize),
    /// One hangs in its cycle.
    Hangs,
    /// One does not end when it is told to.
    Clings,
}

impl Culprit {
    fn daemons(self) -> (Registry, Vec<DaemonType>) {
        match self {
            Self::Blocks(workers) => blocking(workers),
            Self::Hangs => (Registry::empty().with::<Hangs>(), vec![Hangs::TYPE]),
            Self::Clings => (Registry::empty().with::<Clings>(), vec![Clings::TYPE]),
        }
    }

    /// Goes wrong from now on; what is handed to `tasks` goes on meanwhile.
    fn begin(self, runtime: &Runtime, threads: &Threads, tasks: &mut JoinSet<()>) -> Result {
        threads.begin.store(true, SeqCst);
        let wrong = match self {
            Self::Blocks(workers) => workers,
            Self::Hangs => 1,
            Self::Clings => {
                let runtime = runtime.clone();
                tasks.spawn(async move { _ = runtime.stop_daemon(Clings::TYPE, Dependents::Refuse).await });
                return Ok(());
            }
        };
        until("it goes wrong", || threads.blocked.load(SeqCst) == wrong).map(drop)
    }

    fn is_named(self, runtime: &Runtime, daemons: &[DaemonType]) -> bool {
        match self {
            Self::Blocks(_) => are_named(runtime, daemons),
            Self::Hangs => is_said(runtime, Hangs::TYPE, "stalled in run_cycle for "),
            Self::Clings => runtime.state(Clings::TYPE).is_ok_and(|state| state.name() == Leaked),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// When the culprit was named, the last of several, in ms; none when there is none.
    pub named_ms: Option<u64>,
    /// How late the others were: 99 of 100 cycles were less, in µs.
    pub p99_us: u64,
    /// And the latest.
    pub longest_us: u64,
    /// How many cycles they ran.
    pub cycles: usize,
    /// How many of the others were not well in the end.
    pub unwell: usize,
}

/// Lets it go wrong among others with a cycle of 20 ms, and ends it.
///
/// # Errors
/// When the runtime does not start, the culprit is not named, or the others don't go on afterwards.
pub async fn among_others(culprit: Culprit) -> Result<Figures> {
    let (threads, delays) = (Threads::default(), Delays::default());
    let release = Release(threads.clone());
    let (registry, daemons) = culprit.daemons();
    let runtime = others::start(registry, &threads, &delays).await?;
    std::thread::park_timeout(SETTLED);
    let mut tasks = JoinSet::new();
    culprit.begin(&runtime, &threads, &mut tasks)?;
    delays.take();
    let named = until("it is named", || culprit.is_named(&runtime, &daemons))?;
    std::thread::park_timeout(WATCHED.saturating_sub(named));
    drop(release);
    go_on(&runtime)?;
    let mut found = delays.take();
    let unwell = others::others(&runtime.snapshot()).iter().filter(|other| !other.health.healthy).count();
    tasks.join_all().await;
    let report = runtime.shutdown().await;
    if report.leaked.iter().any(|(daemon, _)| *daemon != Clings::TYPE) {
        return Err(format!("leaked: {:?}", report.leaked).into());
    }
    found.sort_unstable();
    Ok(Figures {
        named_ms: (!daemons.is_empty()).then_some(named.as_millis() as u64),
        p99_us: percentile(&found, 99).as_micros() as u64,
        longest_us: percentile(&found, 100).as_micros() as u64,
        cycles: found.len(),
        unwell,
    })
}

/// Every other runs again, and has noted its last delay: also the one that was stuck all the while.
fn go_on(runtime: &Runtime) -> Result {
    let cycles = || others::others(&runtime.snapshot()).iter().map(|other| other.stats.cycles).collect::<Vec<u64>>();
    let before = cycles();
    until("every other goes on", || cycles().iter().zip(&before).all(|(now, before)| now > before))?;
    Ok(())
}
