//! Which daemon polls on which thread: a few words per worker thread that the watchdog reads.

use std::{
    cell::OnceCell,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    task::{Context, Poll},
};

/// One thread that has polled a daemon.
#[derive(Debug, Default)]
pub(crate) struct Thread {
    /// World number in the upper half, daemon index in the lower; 0 while it polls no daemon.
    polls: AtomicU64,
    /// Counts the polls, so that two looks can tell one long poll from two short ones.
    count: AtomicU64,
}

static THREADS: Mutex<Vec<Arc<Thread>>> = Mutex::new(Vec::new());

thread_local! {
    static THIS_THREAD: OnceCell<Arc<Thread>> = const { OnceCell::new() };
}

fn register() -> Arc<Thread> {
    let thread = Arc::new(Thread::default());
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    // A thread that has ended holds its half no more.
    threads.retain(|thread| Arc::strong_count(thread) > 1);
    threads.push(Arc::clone(&thread));
    thread
}

/// What each thread polls now, for one world: (poll, daemon index).
pub(crate) fn polls_of(world: u32) -> Vec<(PollOf, u32)> {
    let threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    let polls = threads.iter().filter_map(|thread| {
        let polls = thread.polls.load(Acquire);
        let count = thread.count.load(Relaxed);
        let address = Arc::as_ptr(thread).addr();
        ((polls >> 32) as u32 == world).then_some((PollOf { thread: address, count }, polls as u32))
    });
    polls.collect()
}

/// One poll of one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PollOf {
    thread: usize,
    count: u64,
}

/// A future whose polls are attributed to a daemon.
pub(crate) struct Attributed<F> {
    future: F,
    owner: u64,
}

impl<F> Attributed<F> {
    pub(crate) fn new(world: u32, daemon: u32, future: F) -> Self {
        Self { future, owner: u64::from(world) << 32 | u64::from(daemon) }
    }
}

/// Marks the thread while it polls, also when the poll panics.
struct Marked;

impl Marked {
    fn with(owner: u64) -> Self {
        // A thread that ends polls nothing any more.
        _ = THIS_THREAD.try_with(|this| {
            let thread = this.get_or_init(register);
            thread.count.store(thread.count.load(Relaxed) + 1, Relaxed);
            thread.polls.store(owner, Release);
        });
        Self
    }
}

impl Drop for Marked {
    fn drop(&mut self) {
        _ = THIS_THREAD.try_with(|this| this.get().map(|thread| thread.polls.store(0, Release)));
    }
}

impl<F: Future + Unpin> Future for Attributed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _marked = Marked::with(self.owner);
        Pin::new(&mut self.future).poll(cx)
    }
}
