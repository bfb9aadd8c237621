//! Daemons that block worker threads, and a hundred others that have to go on.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use ringrift_core::{
    Registry,
    prelude::*,
    runtime::{
        Runtime,
        snapshot::{DaemonSnapshot, Snapshot},
    },
};
use tokio::time::Instant;

use super::roles::Result;

/// How many others there are.
pub const OTHERS: usize = 100;
/// How often each works where workers are blocked.
const CYCLE: Duration = Duration::from_millis(20);
/// What has not come by then never does.
const PATIENCE: Duration = Duration::from_secs(60);

/// How late the others were, each time.
#[derive(Debug, Clone, Default)]
pub struct Delays(Arc<Mutex<Vec<Duration>>>);

impl Delays {
    fn note(&self, delay: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(delay);
    }

    /// Those since the last look.
    pub fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One of the others.
#[daemon(category = "misc", cycle = "1s", register = false)]
pub struct Other {
    #[inject]
    delays: Delays,
    last: Mutex<Option<Instant>>,
}

impl Daemon for Other {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        let now = Instant::now();
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).replace(now);
        if let Some(last) = last {
            self.delays.note((now - last).saturating_sub(CYCLE));
        }
        Ok(())
    }
}

/// The others of a snapshot.
#[must_use]
pub fn others(snapshot: &Snapshot) -> Vec<&DaemonSnapshot> {
    snapshot.daemons.iter().filter(|daemon| daemon.name.starts_with("other#")).collect()
}

/// What the daemons that block, or hang, share.
#[derive(Debug, Clone, Default)]
pub struct Threads {
    /// Whether they are to do so.
    pub begin: Arc<AtomicBool>,
    /// How many of them do.
    pub blocked: Arc<AtomicUsize>,
    /// Whether they may end.
    pub go_on: Arc<AtomicBool>,
}

/// Lets the threads go, also when something else fails: or the runtime would never end.
#[derive(Debug)]
pub struct Release(pub Threads);

impl Drop for Release {
    fn drop(&mut self) {
        self.0.go_on.store(true, SeqCst);
    }
}

macro_rules! blocks {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[daemon(category = "misc", cycle = "50ms", register = false)]
        pub struct $name {
            #[inject]
            threads: Threads,
        }
        impl Daemon for $name {
            #[expect(clippy::disallowed_methods, reason = "to block a thread is the point")]
            async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
                if !self.threads.begin.load(SeqCst) || self.threads.go_on.load(SeqCst) {
                    return Ok(());
                }
                self.threads.blocked.fetch_add(1, SeqCst);
                while !self.threads.go_on.load(SeqCst) {
                    thread::sleep(Duration::from_millis(10));
                }
                Ok(())
            }
        }
    };
}

blocks!(/** Blocks a worker. */ Blocks);
blocks!(/** Blocks another. */ BlocksToo);

/// Hangs in its cycle.
#[daemon(category = "misc", cycle = "50ms", stall_after = "2s", register = false)]
pub struct Hangs {
    #[inject]
    threads: Threads,
}

impl Daemon for Hangs {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        if self.threads.begin.load(SeqCst) {
            self.threads.blocked.fetch_add(1, SeqCst);
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

/// Those that block so many workers.
#[must_use]
pub fn blocking(workers: usize) -> (Registry, Vec<DaemonType>) {
    match workers {
        0 => (Registry::empty(), vec![]),
        1 => (Registry::empty().with::<Blocks>(), vec![Blocks::TYPE]),
        _ => (Registry::empty().with::<Blocks>().with::<BlocksToo>(), vec![Blocks::TYPE, BlocksToo::TYPE]),
    }
}

/// A runtime of the others and of what is to block.
///
/// # Errors
/// When it does not start.
pub async fn start(registry: Registry, threads: &Threads, delays: &Delays) -> Result<Runtime> {
    let registry = registry.__with_copies::<Other>(OTHERS);
    let config = "[daemons.other.options]\ncycle = '20ms'";
    let config = ringrift_core::config::layers::Layers::default().text("others.toml", config).build();
    let config = config.map_err(|problems| format!("{problems:?}"))?;
    let builder = Runtime::builder().registry(registry).config(config);
    Ok(builder.provide(threads.clone()).provide(delays.clone()).start().await?)
}

/// Looks again and again from a thread that is no worker: on the real clock, which is all that is left when
/// every worker is blocked. Returns how long it took.
///
/// # Errors
/// When it is not so in a minute.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Result<Duration> {
    let begun = Instant::now();
    while !is_so() {
        if begun.elapsed() > PATIENCE {
            return Err(format!("not in {PATIENCE:?}: {what}").into());
        }
        thread::park_timeout(Duration::from_millis(10));
    }
    Ok(begun.elapsed())
}

/// Whether all of them are said to block a worker.
#[must_use]
pub fn are_named(runtime: &Runtime, daemons: &[DaemonType]) -> bool {
    daemons.iter().all(|daemon| is_said(runtime, *daemon, "blocks a worker thread for "))
}

/// Whether the health of a daemon begins with these words.
#[must_use]
pub fn is_said(runtime: &Runtime, daemon: DaemonType, words: &str) -> bool {
    runtime.health(daemon).is_ok_and(|found| found.report.message.starts_with(words))
}
