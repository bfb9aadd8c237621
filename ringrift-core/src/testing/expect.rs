//! Drives a test's runtime, and waits for what it should do.

use std::{
    collections::BTreeSet,
    fmt,
    marker::PhantomData,
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicBool, AtomicUsize,
            Ordering::{Relaxed, SeqCst},
        },
    },
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

use super::{KitBuilder, verdict};
use crate::{
    declaration::{
        daemon::{Daemon, Ref},
        live::{
            faults::{Fault, FaultAt},
            signals::Signal,
        },
    },
    runtime::{Runtime, snapshot::Snapshot},
    words::{
        daemon_type::DaemonType,
        event::{Erased, Event},
        state::{State, StateName},
        stats::DaemonStats,
    },
};

/// How long, on the paused clock, a test waits for something before it fails.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);
/// How often `settle` looks at first.
const LOOK: Duration = Duration::from_millis(1);

/// A runtime under test. End it with [`finish`](Self::finish); forgetting that fails the test.
pub struct TestKit {
    runtime: Runtime,
    expected: Mutex<BTreeSet<DaemonType>>,
    may_leave_dead_letters: AtomicBool,
    read: AtomicUsize,
    is_finished: bool,
    /// Of a test with durable events that names none.
    _data_dir: Option<TempDir>,
}

/// An event that was published.
pub struct Published<E> {
    event: Arc<Erased>,
    payload: PhantomData<E>,
}

impl<E: Event> Deref for Published<E> {
    type Target = E;

    fn deref(&self) -> &E {
        self.event.payload()
    }
}

impl<E: Event + fmt::Debug> fmt::Debug for Published<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl TestKit {
    /// Chooses the daemons.
    pub fn builder() -> KitBuilder {
        KitBuilder::default()
    }

    pub(super) fn new(runtime: Runtime, data_dir: Option<TempDir>) -> Self {
        Self {
            runtime,
            expected: Mutex::default(),
            may_leave_dead_letters: AtomicBool::new(false),
            read: AtomicUsize::new(0),
            is_finished: false,
            _data_dir: data_dir,
        }
    }

    /// The runtime.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Everything there is to see.
    pub fn snapshot(&self) -> Snapshot {
        self.runtime.snapshot()
    }

    /// Lets so much time pass; everything that is due in it runs.
    pub async fn advance(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Sets the time of day, as an operator or a time server does: 1 January 1970 at the start of a
    /// test. Cron schedules follow within a minute; nothing else notices.
    pub fn set_time_of_day(&self, now: SystemTime) {
        self.runtime.world().clock.set_wall(now);
    }

    /// Waits until the daemon is in that state.
    ///
    /// # Panics
    /// When it is not within a day of the paused clock.
    pub async fn wait_for(&self, daemon: DaemonType, wanted: StateName) -> State {
        let reached = async {
            loop {
                let changed = self.runtime.world().changed.notified();
                let state = self.state(daemon);
                if state.name() == wanted {
                    return state;
                }
                changed.await;
            }
        };
        let reached = tokio::time::timeout(PATIENCE, reached).await;
        reached.unwrap_or_else(|_| panic!("`{daemon}` is not {wanted} but {}", self.state(daemon)))
    }

    /// Waits until nothing is queued or in hand anywhere, no retry of a dead letter either.
    ///
    /// # Panics
    /// When that is not so within a day of the paused clock.
    pub async fn settle(&self) {
        let settled = async {
            let begun = tokio::time::Instant::now();
            let router = &self.runtime.world().router;
            // A letter stays dead in the accounts while it is retried.
            while !router.total().is_closed() || router.letters.counts().retrying > 0 {
                // Within one per cent: a day of looks must not take long itself.
                tokio::time::sleep(LOOK.max(begun.elapsed() / 100)).await;
            }
        };
        let settled = tokio::time::timeout(PATIENCE, settled).await;
        settled.unwrap_or_else(|_| panic!("the accounts do not close: {:?}", self.runtime.world().router.total()));
    }

    /// Waits for the next event of a type: the first since the last one that was expected.
    ///
    /// # Panics
    /// When there is none within a day of the paused clock.
    pub async fn expect_event<E: Event>(&self) -> Published<E> {
        let tap = &self.runtime.world().router.tap;
        let next = tap.next(E::meta(), self.read.load(Relaxed));
        let next = tokio::time::timeout(PATIENCE, next).await;
        let (place, event) = next.unwrap_or_else(|_| panic!("no `{}` was emitted", E::NAME));
        self.read.store(place + 1, Relaxed);
        Published { event, payload: PhantomData }
    }

    /// Emits an event from outside.
    ///
    /// # Panics
    /// When it is not published.
    pub async fn emit<E: Event>(&self, event: E) {
        self.runtime.emit(event).await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// The living incarnation of a daemon.
    ///
    /// # Panics
    /// When it is not running.
    pub fn get<D: Daemon + Send + Sync + 'static>(&self) -> Ref<D> {
        let handle = self.runtime.handle::<D>().unwrap_or_else(|| panic!("the test has no such daemon"));
        handle.get().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Where a daemon is in its life.
    ///
    /// # Panics
    /// When the test has no such daemon.
    pub fn state(&self, daemon: DaemonType) -> State {
        self.runtime.state(daemon).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The counters of a daemon.
    ///
    /// # Panics
    /// When the test has no such daemon.
    pub fn stats(&self, daemon: DaemonType) -> DaemonStats {
        let record = self.runtime.world().find(daemon);
        record.unwrap_or_else(|| panic!("the test has no daemon `{daemon}`")).stats()
    }

    /// Makes the living incarnation fail, as a panic would. The daemon is expected to go wrong.
    ///
    /// # Panics
    /// When the test has no such daemon.
    pub fn kill(&self, daemon: DaemonType) {
        self.expect_failures_of(daemon);
        let record = self.runtime.world().find(daemon);
        record.unwrap_or_else(|| panic!("the test has no daemon `{daemon}`")).signals.raise(Signal::Kill);
    }

    /// Strikes the next `times` calls of a hook. The daemon is expected to go wrong.
    pub fn fault(&self, daemon: DaemonType, at: FaultAt, fault: Fault, times: u32) {
        self.expect_failures_of(daemon);
        self.runtime.world().faults.arm(daemon, at, fault, times);
    }

    /// Says that errors, panics and failures of this daemon are part of the test.
    pub fn expect_failures_of(&self, daemon: DaemonType) {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).insert(daemon);
    }

    /// Says that the test may end with dead letters.
    pub fn expect_dead_letters(&self) {
        self.may_leave_dead_letters.store(true, SeqCst);
    }

    /// Stops everything, and fails the test when a daemon went wrong that was not expected to, when
    /// one leaked, or when the accounts are not closed.
    ///
    /// # Panics
    /// With everything that was wrong.
    pub async fn finish(mut self) {
        self.is_finished = true;
        let report = self.runtime.shutdown().await;
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let may_leave_dead_letters = self.may_leave_dead_letters.load(SeqCst);
        let wrong = verdict::of(&self.runtime.snapshot(), &report, &expected, may_leave_dead_letters);
        assert!(wrong.is_empty(), "the daemons did not do well:\n{}", wrong.join("\n"));
    }
}

impl Drop for TestKit {
    fn drop(&mut self) {
        let is_forgotten = !self.is_finished && !std::thread::panicking();
        assert!(!is_forgotten, "a test ends with `kit.finish().await`: without it, failures and leaks are not seen");
    }
}
