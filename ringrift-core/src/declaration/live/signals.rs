//! How others speak to the one task of a daemon: a few bits and a waker.

use std::{
    sync::atomic::{
        AtomicU32,
        Ordering::{AcqRel, Acquire},
    },
    task::Context,
};

use futures_util::task::AtomicWaker;

/// What may be asked of a daemon's task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Signal {
    /// Run a cycle as soon as none runs.
    Cycle = 1,
    /// End this incarnation and start another.
    Restart = 2,
    /// Forget the failures.
    Reset = 4,
    /// Three failed health checks are a failure here.
    Unhealthy = 8,
    /// A test kills the incarnation.
    #[cfg(feature = "testing")]
    Kill = 16,
}

/// The bits, and whom to wake.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    bits: AtomicU32,
    waker: AtomicWaker,
}

impl Signals {
    pub(crate) fn raise(&self, signal: Signal) {
        self.bits.fetch_or(signal as u32, AcqRel);
        self.waker.wake();
    }

    /// Wakes the task to look at its record again: a dependency, or what is wanted of it, changed.
    pub(crate) fn wake(&self) {
        self.waker.wake();
    }

    /// The waker of the daemon's task, for what else may have to wake it.
    pub(crate) fn waker(&self) -> &AtomicWaker {
        &self.waker
    }

    /// Registers the daemon's task; call it before looking at what may have changed.
    pub(crate) fn register(&self, cx: &Context<'_>) {
        self.waker.register(cx.waker());
    }

    /// Whether the signal was raised; it is lowered.
    pub(crate) fn take(&self, signal: Signal) -> bool {
        let bit = signal as u32;
        self.bits.load(Acquire) & bit != 0 && self.bits.fetch_and(!bit, AcqRel) & bit != 0
    }
}
