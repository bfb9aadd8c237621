//! Daemons that block a worker thread: what the others notice of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use ringrift_core::{Registry, StateName, prelude::*, runtime::Runtime};
use serde::{Deserialize, Serialize};

use crate::look::{millis, secs};

/// Makes `Blocks` block.
#[event("BLOCKING_BLOCK", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Block;

/// Makes `Hangs` hang.
#[event("BLOCKING_HANG", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Hang;

/// Stops last.
#[daemon(category = "misc", register = false)]
struct Needed;
impl Daemon for Needed {}

/// Blocks a worker thread until it is let go.
#[daemon(category = "misc", depends_on = [Needed], stop_timeout = "10ms", register = false)]
struct Blocks {
    #[inject]
    thread: Thread,
}

#[derive(Clone, Default)]
struct Thread {
    is_blocked: Arc<AtomicBool>,
    go_on: Arc<AtomicBool>,
}

/// Lets the thread go, also when the test fails: or its runtime would never end.
impl Drop for Release {
    fn drop(&mut self) {
        self.0.go_on.store(true, SeqCst);
    }
}

struct Release(Thread);

impl Daemon for Blocks {}

#[handlers]
impl Blocks {
    #[on_event("BLOCKING_BLOCK")]
    #[expect(clippy::disallowed_methods, reason = "to block a thread is the point")]
    async fn on_block(&self, _event: &Block, _cx: &Context<Self>) -> DaemonResult {
        self.thread.is_blocked.store(true, SeqCst);
        while !self.thread.go_on.load(SeqCst) {
            std::thread::sleep(millis(10));
        }
        Ok(())
    }
}

/// Hangs, but not for longer than its timeout.
#[daemon(category = "misc", handler_timeout = "10ms", register = false)]
struct Hangs;

impl Daemon for Hangs {}

#[handlers]
impl Hangs {
    #[on_event("BLOCKING_HANG")]
    async fn on_hang(&self, _event: &Hang, _cx: &Context<Self>) -> DaemonResult {
        std::future::pending().await
    }
}

/// Waits on the real clock.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let reached = async {
        while !is_so() {
            tokio::time::sleep(millis(10)).await;
        }
    };
    tokio::time::timeout(secs(60), reached).await.unwrap_or_else(|_| panic!("not in a minute: {what}"));
}

/// The ticker was left in the one place of the blocked worker that no other worker takes from.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_that_wakes_the_ticker_and_blocks_does_not_keep_it() {
    let thread = Thread::default();
    let _release = Release(thread.clone());
    let registry = Registry::empty().with::<Needed>().with::<Blocks>().with::<Hangs>();
    let runtime = Runtime::builder().registry(registry).provide(thread.clone()).start().await.unwrap();
    runtime.started().await;
    // Until nothing is in hand, and the ticker sleeps.
    tokio::time::sleep(millis(300)).await;
    runtime.emit(Block).await.unwrap();
    until("the worker is blocked", || thread.is_blocked.load(SeqCst)).await;
    runtime.emit(Hang).await.unwrap();
    until("the handler of the other has timed out", || runtime.snapshot().deliveries.dead == 1).await;
    thread.go_on.store(true, SeqCst);
    assert!(runtime.shutdown().await.leaked.is_empty());
}

/// Nobody looked at the time of one that can't be cut off but the stop of all, when its 25 s were over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_that_blocks_is_given_up_in_its_own_time_and_the_stop_goes_on() {
    let thread = Thread::default();
    let _release = Release(thread.clone());
    let registry = Registry::empty().with::<Needed>().with::<Blocks>();
    let runtime = Runtime::builder().registry(registry).provide(thread.clone()).start().await.unwrap();
    runtime.started().await;
    runtime.emit(Block).await.unwrap();
    until("the worker is blocked", || thread.is_blocked.load(SeqCst)).await;
    let state = |daemon| runtime.snapshot().daemons.iter().find(|it| it.name == daemon).expect("it is there").state;
    let given_up = async {
        until("what it needs is told to stop", || state("needed") != StateName::Running).await;
        assert_eq!(state("blocks"), StateName::Leaked);
    };
    let (report, ()) = tokio::join!(runtime.shutdown(), given_up);
    assert_eq!(report.leaked, [(Blocks::TYPE, "its handler `on_block` does not end".to_owned())]);
}
