//! Work that does as the test says, the daemons that do it, and what a test reads of it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use ringrift_core::{
    AccountSnapshot, DeadReason, LetterState, prelude::*, runtime::snapshot::DaemonSnapshot, testing::TestKit,
};
pub(crate) use ringrift_tests::crash::storm::sum_of;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

/// What a handler does with a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Does {
    /// Returns Ok at once.
    Well,
    /// Returns an error.
    Err,
    /// Returns a fatal error.
    Fatal,
    /// Panics.
    Panic,
    /// Never returns.
    Hang,
    /// Returns Ok after so many milliseconds.
    Sleep(u64),
    /// Returns Ok once [`Desk::let_go`] lets it.
    Wait,
    /// Returns an error so many times, then Ok.
    ErrFirst(usize),
}

/// A piece of work.
#[event("WORK", external, aliases = ["JOB"])]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Work {
    pub(crate) n: u32,
    pub(crate) does: Does,
}

impl Work {
    pub(crate) fn new(n: u32, does: Does) -> Self {
        Self { n, does }
    }
}

/// What was done, as the test and every incarnation see it.
#[derive(Clone)]
pub(crate) struct Desk(Arc<Inner>);

struct Inner {
    begun: Mutex<Vec<u32>>,
    done: Mutex<Vec<u32>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    permits: Semaphore,
}

impl Default for Desk {
    fn default() -> Self {
        Self(Arc::new(Inner {
            begun: Mutex::default(),
            done: Mutex::default(),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            permits: Semaphore::new(0),
        }))
    }
}

/// Counts one piece of work as no longer under way, however it ended.
struct UnderWay<'a>(&'a Inner);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.at_once.fetch_sub(1, SeqCst);
    }
}

impl Desk {
    /// The numbers for which a handler was begun, in order.
    pub(crate) fn begun(&self) -> Vec<u32> {
        self.0.begun.lock().unwrap().clone()
    }

    /// The numbers for which a handler returned Ok, in order.
    pub(crate) fn done(&self) -> Vec<u32> {
        self.0.done.lock().unwrap().clone()
    }

    /// How many handlers have run at the same time, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.0.most_at_once.load(SeqCst)
    }

    /// Lets so many waiting handlers go on.
    pub(crate) fn let_go(&self, n: usize) {
        self.0.permits.add_permits(n);
    }

    /// Does the work.
    pub(crate) async fn perform(&self, work: &Work) -> DaemonResult {
        let inner = &*self.0;
        inner.begun.lock().unwrap().push(work.n);
        inner.most_at_once.fetch_max(inner.at_once.fetch_add(1, SeqCst) + 1, SeqCst);
        let _under_way = UnderWay(inner);
        match work.does {
            Does::Well => {}
            Does::Err => return Err("told to err".into()),
            Does::Fatal => return Err::<(), _>("told to err for good").fatal(),
            Does::Panic => panic!("told to panic"),
            Does::Hang => std::future::pending().await,
            Does::Sleep(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Does::Wait => inner.permits.acquire().await?.forget(),
            Does::ErrFirst(times) => {
                let begun = inner.begun.lock().unwrap().iter().filter(|n| **n == work.n).count();
                if begun <= times {
                    return Err(format!("told to err {times} times, this is {begun}").into());
                }
            }
        }
        inner.done.lock().unwrap().push(work.n);
        Ok(())
    }
}

/// Does all work.
#[daemon(category = "misc", register = false)]
pub(crate) struct Worker {
    #[inject]
    desk: Desk,
}

impl Daemon for Worker {
    idle!();
}

#[handlers]
impl Worker {
    // Many tests fail it more often than its breaker would let them.
    #[on_event("WORK", breaker = "off")]
    async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
        self.desk.perform(work).await
    }
}

/// What the tests of delivery ask of a kit.
pub(crate) trait Ask {
    /// Emits one piece of work.
    async fn work(&self, n: u32, does: Does);
    /// One daemon, as the snapshot shows it.
    fn daemon(&self, ty: DaemonType) -> DaemonSnapshot;
    /// The accounts of one daemon's handlers, summed.
    fn account(&self, ty: DaemonType) -> AccountSnapshot;
    /// The dead letters, oldest first: handler, reason, state, retries.
    fn letters(&self) -> Vec<(String, DeadReason, LetterState, u32)>;
    /// Lets seconds pass.
    async fn seconds(&self, seconds: u64);
    /// Lets everything run that is ready.
    async fn moment(&self);
}

impl Ask for TestKit {
    async fn work(&self, n: u32, does: Does) {
        self.emit(Work::new(n, does)).await;
    }

    fn daemon(&self, ty: DaemonType) -> DaemonSnapshot {
        let daemons = self.snapshot().daemons;
        daemons.into_iter().find(|daemon| daemon.name == ty.as_str()).expect("the test has that daemon")
    }

    fn account(&self, ty: DaemonType) -> AccountSnapshot {
        self.daemon(ty).handlers.iter().fold(AccountSnapshot::default(), |sum, handler| sum_of(sum, handler.deliveries))
    }

    fn letters(&self) -> Vec<(String, DeadReason, LetterState, u32)> {
        let letters = self.snapshot().dead_letters.into_iter().rev();
        letters.map(|letter| (letter.handler, letter.reason, letter.state, letter.retries)).collect()
    }

    async fn seconds(&self, seconds: u64) {
        self.advance(Duration::from_secs(seconds)).await;
    }

    async fn moment(&self) {
        self.advance(Duration::from_millis(1)).await;
    }
}

/// The options of the worker, over their defaults, for `KitBuilder::config`.
pub(crate) fn options(lines: &str) -> String {
    format!("[daemons.worker.options]\n{lines}\n")
}

/// A kit of one worker with those options.
pub(crate) async fn worker(desk: &Desk, lines: &str) -> TestKit {
    TestKit::builder().daemon::<Worker>().provide(desk.clone()).config(&options(lines)).start().await
}

/// A worker that may err, on a desk.
pub(crate) async fn erring_worker(desk: &Desk, lines: &str) -> TestKit {
    let kit = worker(desk, lines).await;
    kit.expect_failures_of(Worker::TYPE);
    kit
}

/// A worker with a piece of work in hand that waits, and so many behind it.
pub(crate) async fn busy_worker(desk: &Desk, lines: &str, queued: u32) -> TestKit {
    let kit = worker(desk, lines).await;
    kit.work(0, Does::Wait).await;
    kit.moment().await;
    for n in 1..=queued {
        kit.work(n, Does::Well).await;
    }
    kit
}

/// A dead letter of the worker, as [`Ask::letters`] shows it.
pub(crate) fn letter(reason: DeadReason, state: LetterState, retries: u32) -> (String, DeadReason, LetterState, u32) {
    ("on_work".to_owned(), reason, state, retries)
}
