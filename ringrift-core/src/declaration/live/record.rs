//! The record of one daemon in one runtime.

use std::{
    any::Any,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
};

use super::{
    conditions::Conditions,
    counters::Counters,
    incarnation::Living,
    intent::Intent,
    settings::Settings,
    signals::{Signal, Signals},
    status::Status,
};
use crate::{
    declaration::{registry::Factory, spec::DaemonSpec},
    delivery::{
        account::AccountSnapshot,
        mailbox::Mailbox,
        watch::{Watch, Watched},
    },
    words::{
        daemon_type::DaemonType,
        options::Options,
        state::{State, StateName},
        stats::DaemonStats,
    },
};

/// The hooks that the ticker watches on a daemon's own task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Hook {
    Init,
    OnStart,
    RunCycle,
    Runner,
    OnStop,
    OnExit,
}

impl Hook {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::OnStart => "on_start",
            Self::RunCycle => "run_cycle",
            Self::Runner => "runner",
            Self::OnStop => "on_stop",
            Self::OnExit => "on_exit",
        }
    }

    pub(crate) const fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Init,
            1 => Self::OnStart,
            2 => Self::RunCycle,
            3 => Self::Runner,
            4 => Self::OnStop,
            _ => Self::OnExit,
        }
    }
}

/// Everything that is known of one daemon.
pub(crate) struct Record {
    pub(crate) index: u32,
    pub(crate) ty: DaemonType,
    pub(crate) spec: &'static DaemonSpec,
    /// Boxed: only tests have one.
    pub(crate) factory: Option<Box<Factory>>,
    pub(crate) settings: Settings,
    pub(crate) mailbox: Option<Arc<Mailbox>>,
    pub(crate) counters: Counters,
    pub(crate) conditions: Conditions,
    /// Whether somebody waits until its first start is over.
    pub(crate) is_awaited: AtomicBool,
    /// Whether the ticker has found it stalled: looked at for every daemon at every tick.
    pub(crate) is_stalled: AtomicBool,
    pub(crate) signals: Signals,
    /// The hook that runs on the daemon's task.
    pub(crate) hook: Watch,
    heartbeat_ms: AtomicU64,
    /// Whether the intent is `Run`, for every poll of the daemon's task.
    is_wanted: AtomicBool,
    status: Mutex<Status>,
    living: Mutex<Option<Living>>,
    /// Whether handles may lead to the instance: from `Running` until it has stopped.
    is_open: AtomicBool,
}

/// What the builder of a runtime knows of a daemon.
pub(crate) struct Declared {
    pub(crate) index: u32,
    pub(crate) ty: DaemonType,
    pub(crate) spec: &'static DaemonSpec,
    pub(crate) factory: Option<Factory>,
    pub(crate) settings: Settings,
    pub(crate) mailbox: Option<Arc<Mailbox>>,
    pub(crate) intent: Intent,
    pub(crate) state: State,
}

impl Record {
    pub(crate) fn new(declared: Declared) -> Self {
        let is_wanted = AtomicBool::new(declared.intent == Intent::Run);
        let status = Status {
            intent: declared.intent.boxed(),
            state: declared.state,
            since_ms: 1,
            incarnation: 0,
            ready_ms: None,
            start_took_ms: None,
            restarts: 0,
            has_completed: false,
        };
        Self {
            index: declared.index,
            ty: declared.ty,
            spec: declared.spec,
            factory: declared.factory.map(Box::new),
            settings: declared.settings,
            mailbox: declared.mailbox,
            counters: Counters::default(),
            conditions: Conditions::default(),
            signals: Signals::default(),
            hook: Watch::default(),
            heartbeat_ms: AtomicU64::new(0),
            is_wanted,
            is_awaited: AtomicBool::new(false),
            is_stalled: AtomicBool::new(false),
            status: Mutex::new(status),
            living: Mutex::new(None),
            is_open: AtomicBool::new(false),
        }
    }

    pub(crate) fn options(&self) -> &Options {
        self.settings.options(self.spec)
    }

    pub(crate) fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state(&self) -> State {
        self.status().state.clone()
    }

    pub(crate) fn state_name(&self) -> StateName {
        self.status().state.name()
    }

    /// Whether dependents may start: it runs, or it is a task that has completed.
    pub(crate) fn is_ready(&self) -> bool {
        self.status().is_ready(self.spec.kind)
    }

    pub(crate) fn intent(&self) -> Intent {
        self.status().intent().clone()
    }

    /// Changes what is wanted, in the status of this record.
    pub(crate) fn want(&self, status: &mut Status, intent: Intent) {
        self.is_wanted.store(intent == Intent::Run, Release);
        status.intent = intent.boxed();
    }

    #[inline]
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Acquire)
    }

    pub(crate) fn request_cycle(&self) {
        self.signals.raise(Signal::Cycle);
    }

    pub(crate) fn heartbeat(&self, now_ms: u64) {
        self.heartbeat_ms.store(now_ms, Relaxed);
    }

    /// When the daemon last said that it is alive; 0 for never in this incarnation.
    pub(crate) fn last_heartbeat(&self) -> u64 {
        self.heartbeat_ms.load(Relaxed)
    }

    /// Takes time off that nobody had to send one.
    pub(crate) fn forgive_heartbeat(&self, ms: u64) {
        let last = self.last_heartbeat();
        if last > 0 {
            // A new one needs nothing.
            _ = self.heartbeat_ms.compare_exchange(last, last.saturating_add(ms), Relaxed, Relaxed);
        }
    }

    /// Forgets what belonged to the incarnation that has ended.
    pub(crate) fn begin_incarnation(&self) {
        self.conditions.clear();
        self.signals.take(Signal::Unhealthy);
        self.counters.begin_incarnation();
        self.heartbeat_ms.store(0, Relaxed);
    }

    pub(crate) fn set_living(&self, living: Living) {
        *self.living_slot() = Some(living);
    }

    /// Takes the incarnation out, for the caller to drop: a user's `Drop` runs outside the lock.
    pub(crate) fn take_living(&self) -> Option<Living> {
        self.living_slot().take()
    }

    /// The living incarnation, also while it starts or stops.
    pub(crate) fn living(&self) -> Option<Living> {
        self.living_slot().clone()
    }

    fn living_slot(&self) -> MutexGuard<'_, Option<Living>> {
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hook that runs on the daemon's task, with that task.
    pub(crate) fn watched_hook(&self) -> Watched<'_> {
        Watched { watch: &self.hook, waker: self.signals.waker() }
    }

    /// Opens or closes the instance to handles.
    pub(crate) fn set_open(&self, is_open: bool) {
        self.is_open.store(is_open, Release);
    }

    /// The instance that handles lead to.
    pub(crate) fn instance<D: Send + Sync + 'static>(&self) -> Option<Arc<D>> {
        self.is_open.load(Acquire).then(|| self.any_instance())?
    }

    /// The instance, also while it starts.
    pub(crate) fn any_instance<D: Send + Sync + 'static>(&self) -> Option<Arc<D>> {
        let daemon = Arc::clone(&self.living_slot().as_ref()?.daemon) as Arc<dyn Any + Send + Sync>;
        daemon.downcast().ok()
    }

    /// The sum of the accounts of its handlers.
    pub(crate) fn account(&self) -> AccountSnapshot {
        let slots = self.mailbox.iter().flat_map(|mailbox| mailbox.slots.iter());
        slots.fold(AccountSnapshot::default(), |sum, slot| sum.plus(slot.account.snapshot()))
    }

    pub(crate) fn stats(&self) -> DaemonStats {
        self.counters.snapshot(self.account().handled)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({})", self.ty)
    }
}
