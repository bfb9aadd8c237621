//! The stamp of one hook or delivery under way, so that a central ticker can see and end it.

use std::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};

use futures_util::task::AtomicWaker;

const IDLE: u64 = 0;
const EXPIRED: u64 = u64::MAX;

/// What runs since when. One writer: the task that runs it; the ticker reads and expires.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    started_ms: AtomicU64,
    what: AtomicU32,
}

/// A watch, and whom to wake when what it watches is expired.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watched<'a> {
    pub(crate) watch: &'a Watch,
    pub(crate) waker: &'a AtomicWaker,
}

impl Watch {
    /// Stamps the start of `what`: a handler's slot, or a hook.
    #[inline]
    pub(crate) fn begin(&self, what: u32, now_ms: u64) {
        self.what.store(what, Relaxed);
        self.started_ms.store(now_ms, Release);
    }

    #[inline]
    pub(crate) fn end(&self) {
        self.started_ms.store(IDLE, Release);
    }

    /// Takes time off what is under way that nobody had to run; the compare-exchange leaves a new one alone.
    pub(crate) fn forgive(&self, ms: u64) {
        if let Some((_, started)) = self.current() {
            _ = self.started_ms.compare_exchange(started, started.saturating_add(ms), AcqRel, Relaxed);
        }
    }

    /// What is under way, and since when.
    pub(crate) fn current(&self) -> Option<(u32, u64)> {
        match self.started_ms.load(Acquire) {
            IDLE | EXPIRED => None,
            started => Some((self.what.load(Relaxed), started)),
        }
    }
}

impl Watched<'_> {
    /// Ends what was stamped at `started`. The compare-exchange keeps it from hitting the next one.
    pub(crate) fn expire(self, started: u64) {
        if self.watch.started_ms.compare_exchange(started, EXPIRED, AcqRel, Relaxed).is_ok() {
            self.waker.wake();
        }
    }

    /// Whether the ticker ended what runs; registers the waker for the case that it will.
    pub(crate) fn poll_expired(self, cx: &std::task::Context<'_>) -> bool {
        self.waker.register(cx.waker());
        self.watch.started_ms.load(Acquire) == EXPIRED
    }
}
