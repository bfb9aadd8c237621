//! Which daemon polls on which thread: a few words per worker thread that the watchdog reads, and that
//! say which runtime the code of a daemon runs in.

use std::{
    cell::{Cell, OnceCell},
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
    /// The number of the world whose code runs; 0 for none.
    static WORLD: Cell<u32> = const { Cell::new(0) };
}

/// The number of the world in which the caller runs.
pub(crate) fn current_world() -> Option<u32> {
    WORLD.try_with(Cell::get).ok().filter(|number| *number != 0)
}

/// Makes a world the current one of this thread until it is dropped.
pub(crate) struct Within {
    before: u32,
}

impl Within {
    pub(crate) fn world(number: u32) -> Self {
        Self { before: WORLD.try_with(|world| world.replace(number)).unwrap_or(0) }
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        // A thread that ends runs nothing any more.
        _ = WORLD.try_with(|world| world.set(self.before));
    }
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

/// A daemon of a world: the number of the world in the upper half, the index of the daemon in the lower.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner(u64);

impl Owner {
    pub(crate) fn new(world: u32, daemon: u32) -> Self {
        Self(u64::from(world) << 32 | u64::from(daemon))
    }

    /// Marks the thread as this daemon's until the mark is dropped, also by a panic.
    pub(crate) fn mark(self) -> Marked {
        // A thread that ends polls nothing any more.
        _ = THIS_THREAD.try_with(|this| {
            let thread = this.get_or_init(register);
            thread.count.store(thread.count.load(Relaxed) + 1, Relaxed);
            thread.polls.store(self.0, Release);
        });
        Marked { _within: Within::world((self.0 >> 32) as u32) }
    }
}

/// The mark of a thread that polls a daemon.
pub(crate) struct Marked {
    _within: Within,
}

impl Drop for Marked {
    fn drop(&mut self) {
        _ = THIS_THREAD.try_with(|this| this.get().map(|thread| thread.polls.store(0, Release)));
    }
}

/// A future whose polls, and whose drop, are attributed to a daemon.
pub(crate) struct Attributed<F> {
    /// Taken in `drop` only.
    future: Option<F>,
    owner: Owner,
}

impl<F> Attributed<F> {
    pub(crate) fn new(owner: Owner, future: F) -> Self {
        Self { future: Some(future), owner }
    }
}

impl<F: Future + Unpin> Future for Attributed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _marked = self.owner.mark();
        Pin::new(self.future.as_mut().expect("taken by `drop` only")).poll(cx)
    }
}

impl<F> Drop for Attributed<F> {
    fn drop(&mut self) {
        let _marked = self.owner.mark();
        self.future = None;
    }
}
