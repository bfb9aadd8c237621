//! One runtime, as everything in it sees it. Two worlds in a process don't see each other.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, RwLock, Weak,
        atomic::{
            AtomicBool, AtomicU32,
            Ordering::{AcqRel, Relaxed},
        },
    },
};

use thiserror::Error;
use tokio::sync::Notify;

use super::{attribution::current_world, links::Links, provided::Provided, record::Record};
use crate::{
    config::Config,
    declaration::{
        daemon::{Handle, Registered},
        registry::Places,
    },
    delivery::{clock::Clock, router::Router},
    words::daemon_type::DaemonType,
};

/// All that is shared in one runtime.
#[derive(Debug)]
pub(crate) struct World {
    /// Distinguishes the runtimes of a process; never 0.
    pub(crate) number: u32,
    pub(crate) records: Box<[Arc<Record>]>,
    links: Links,
    places: Places,
    pub(crate) router: Router,
    pub(crate) clock: Arc<Clock>,
    pub(crate) config: Arc<Config>,
    pub(crate) provided: Provided,
    /// Told after every change of a state or of a health report.
    pub(crate) changed: Notify,
    /// Told after a change of state that may end a wait for the first start.
    pub(crate) held_up: Notify,
    /// Whether a handler may be paused.
    pub(crate) has_pauses: AtomicBool,
    /// Whether anything was begun since the ticker's last round.
    active: AtomicBool,
    pub(crate) ticker: Notify,
    /// When the next health check of each running daemon is due: (milliseconds, daemon, incarnation).
    health_due: Mutex<BinaryHeap<Reverse<(u64, u32, u32)>>>,
    /// The daemon whose failure stops the process, and that failure.
    pub(crate) escalated: OnceLock<(DaemonType, String)>,
    /// The first daemon whose start failed.
    pub(crate) failed_start: OnceLock<(DaemonType, String)>,
    #[cfg(feature = "testing")]
    pub(crate) faults: super::faults::Faults,
}

/// What a world is made of.
pub(crate) struct Parts {
    pub(crate) records: Box<[Arc<Record>]>,
    pub(crate) links: Links,
    pub(crate) places: Places,
    pub(crate) router: Router,
    pub(crate) clock: Arc<Clock>,
    pub(crate) config: Arc<Config>,
    pub(crate) provided: Provided,
}

static NEXT_NUMBER: AtomicU32 = AtomicU32::new(1);
/// The runtimes of the process that live, and some that have ended.
static WORLDS: RwLock<Vec<Weak<World>>> = RwLock::new(Vec::new());
/// The runtime that code outside of daemons means by `X::instance()`.
static MAIN: RwLock<Weak<World>> = RwLock::new(Weak::new());

/// `X::instance()` was called where no runtime is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "no runtime with daemon `{daemon}` runs here; call this from a daemon's task, or start the process's runtime first"
)]
pub struct NoRuntime {
    /// The daemon that was looked for.
    pub daemon: DaemonType,
}

impl World {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            number: NEXT_NUMBER.fetch_add(1, Relaxed),
            health_due: Mutex::new(BinaryHeap::with_capacity(parts.records.len())),
            records: parts.records,
            links: parts.links,
            places: parts.places,
            router: parts.router,
            clock: parts.clock,
            config: parts.config,
            provided: parts.provided,
            changed: Notify::new(),
            held_up: Notify::new(),
            has_pauses: AtomicBool::new(false),
            active: AtomicBool::new(false),
            ticker: Notify::new(),
            escalated: OnceLock::new(),
            failed_start: OnceLock::new(),
            #[cfg(feature = "testing")]
            faults: super::faults::Faults::default(),
        }
    }

    pub(crate) fn record(&self, index: u32) -> &Arc<Record> {
        &self.records[index as usize]
    }

    /// What it depends on.
    pub(crate) fn depends_on(&self, daemon: &Record) -> impl Iterator<Item = &Arc<Record>> {
        self.links.depends_on(daemon.index).iter().map(|index| self.record(*index))
    }

    /// What it wants.
    pub(crate) fn wants(&self, daemon: &Record) -> impl Iterator<Item = &Arc<Record>> {
        self.links.wants(daemon.index).iter().map(|index| self.record(*index))
    }

    /// What depends on it, or wants it.
    pub(crate) fn dependents(&self, daemon: &Record) -> impl Iterator<Item = &Arc<Record>> {
        self.links.dependents(daemon.index).iter().map(|index| self.record(*index))
    }

    /// The record of that daemon.
    pub(crate) fn find(&self, ty: DaemonType) -> Option<&Arc<Record>> {
        // As the registry, sorted by name.
        self.records.binary_search_by_key(&ty, |record| record.ty).ok().map(|index| &self.records[index])
    }

    pub(crate) fn handle<D: Registered>(&self) -> Option<Handle<D>> {
        // Of several copies of one type, it leads to the first.
        let index = self.places.of(D::SPEC.get())?;
        Some(Handle::new(Arc::clone(self.record(index))))
    }

    /// Says that something is about to be stamped with the coarse clock, so that the ticker is awake.
    #[inline]
    pub(crate) fn begin_activity(&self) {
        if !self.active.load(Relaxed) {
            self.wake_ticker();
        }
    }

    #[cold]
    fn wake_ticker(&self) {
        self.clock.now_ms();
        if !self.active.swap(true, AcqRel) {
            self.ticker.notify_one();
            make_stealable();
        }
    }

    /// Whether anything was begun since the last call.
    pub(crate) fn take_activity(&self) -> bool {
        self.active.swap(false, AcqRel)
    }

    /// Asks for a health check of an incarnation at a time.
    pub(crate) fn schedule_health_check(&self, at_ms: u64, daemon: u32, incarnation: u32) {
        let mut due = self.health_due.lock().unwrap_or_else(PoisonError::into_inner);
        let is_next = due.peek().is_none_or(|Reverse((next, ..))| at_ms < *next);
        due.push(Reverse((at_ms, daemon, incarnation)));
        drop(due);
        if is_next {
            self.ticker.notify_one();
        }
    }

    /// The next health check that is due: its daemon and incarnation; or else when one will be.
    pub(crate) fn next_health_check(&self, now_ms: u64) -> Result<(u32, u32), Option<u64>> {
        let mut due = self.health_due.lock().unwrap_or_else(PoisonError::into_inner);
        match due.peek() {
            Some(Reverse((at, ..))) if *at > now_ms => Err(Some(*at)),
            Some(_) => due.pop().map(|Reverse((_, daemon, incarnation))| (daemon, incarnation)).ok_or(None),
            None => Err(None),
        }
    }

    /// Makes this known to the code of its daemons.
    pub(crate) fn register(self: &Arc<Self>) {
        let mut worlds = WORLDS.write().unwrap_or_else(PoisonError::into_inner);
        worlds.retain(|world| world.strong_count() > 0);
        worlds.push(Arc::downgrade(self));
    }

    /// The one in which the caller runs.
    fn current() -> Option<Arc<Self>> {
        let number = current_world()?;
        let worlds = WORLDS.read().unwrap_or_else(PoisonError::into_inner);
        worlds.iter().filter_map(Weak::upgrade).find(|world| world.number == number)
    }

    /// The numbers of the one in which the caller runs, and of the process's.
    pub(crate) fn numbers_here() -> [Option<u32>; 2] {
        let main = MAIN.read().unwrap_or_else(PoisonError::into_inner).upgrade();
        [current_world(), main.map(|world| world.number)]
    }

    /// Makes this the runtime of the process, unless another one lives.
    pub(crate) fn claim_main(self: &Arc<Self>) {
        let mut main = MAIN.write().unwrap_or_else(PoisonError::into_inner);
        if main.strong_count() == 0 {
            *main = Arc::downgrade(self);
        }
    }
}

/// Moves the task that was woken last to where any worker takes it from. A worker keeps it for itself
/// otherwise, to run it next; and what begins now may block the worker. A task that is spawned takes
/// its place.
#[expect(clippy::disallowed_methods, reason = "it does nothing, and belongs to nobody")]
fn make_stealable() {
    drop(tokio::spawn(std::future::ready(())));
}

/// The handle of `D` in the current task's runtime, or else in the process's.
pub fn instance<D: Registered>() -> Result<Handle<D>, NoRuntime> {
    let current = World::current().and_then(|world| world.handle::<D>());
    let main = || MAIN.read().unwrap_or_else(PoisonError::into_inner).upgrade()?.handle::<D>();
    current.or_else(main).ok_or(NoRuntime { daemon: D::SPEC.get().ty })
}
