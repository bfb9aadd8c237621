//! What a hundred others notice of daemons that block worker threads.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use ringrift_core::runtime::Runtime;
use serde::{Deserialize, Serialize};

use super::{
    others::{self, Delays, Release, Threads, are_named, blocking, until},
    percentile::percentile,
    roles::Result,
};

/// For how long workers stay blocked: until they are named, and then some.
const BLOCKED: Duration = Duration::from_secs(8);

/// How long the others have run by then.
const SETTLED: Duration = Duration::from_secs(1);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many workers were blocked.
    pub workers: usize,
    /// When the last of those that block was named, in ms; none when nothing blocks.
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

/// Blocks so many workers among others with a cycle of 20 ms, and lets them go.
///
/// # Errors
/// When the runtime does not start, the blocking ones are not named, or the others don't go on afterwards.
pub async fn block(workers: usize) -> Result<Figures> {
    let (threads, delays) = (Threads::default(), Delays::default());
    let release = Release(threads.clone());
    let (registry, daemons) = blocking(workers);
    let runtime = others::start(registry, &threads, &delays).await?;
    std::thread::park_timeout(SETTLED);
    threads.begin.store(true, SeqCst);
    until("the workers are blocked", || threads.blocked.load(SeqCst) == workers)?;
    delays.take();
    let named = until("they are named", || are_named(&runtime, &daemons))?;
    std::thread::park_timeout(BLOCKED.saturating_sub(named));
    drop(release);
    go_on(&runtime)?;
    let mut found = delays.take();
    let unwell = others::others(&runtime.snapshot()).iter().filter(|other| !other.health.healthy).count();
    let report = runtime.shutdown().await;
    if !report.leaked.is_empty() {
        return Err(format!("leaked: {:?}", report.leaked).into());
    }
    found.sort_unstable();
    Ok(Figures {
        workers,
        named_ms: (workers > 0).then_some(named.as_millis() as u64),
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
