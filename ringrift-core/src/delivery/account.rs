//! The account of one handler: every delivery owed ends in exactly one of its columns.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use serde::{Deserialize, Serialize};

/// The counters of one (event type, daemon, handler).
///
/// Invariant: `owed >= handled + dead + discarded + evicted + dropped + deduplicated +
/// undelivered_at_stop` at every moment, with equality when nothing is queued or in hand. `owed` is
/// counted first, and read last.
///
/// The publishers write `owed`, the reader the others: a cache line lies between.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Account {
    pub(crate) handled: Column,
    pub(crate) dead: Column,
    pub(crate) discarded: Column,
    pub(crate) evicted: Column,
    pub(crate) dropped: Column,
    pub(crate) deduplicated: Column,
    pub(crate) undelivered_at_stop: Column,
    _apart: [u64; 2],
    pub(crate) owed: Column,
}

/// One counter.
#[derive(Debug, Default)]
pub(crate) struct Column(AtomicU64);

impl Column {
    /// Adds one where only one thread writes: under the mailbox lock, or by the daemon's own task.
    #[inline]
    pub(crate) fn bump(&self) {
        self.0.store(self.0.load(Relaxed) + 1, Release);
    }

    /// Adds one where several threads may.
    pub(crate) fn add(&self, n: u64) {
        self.0.fetch_add(n, Release);
    }

    /// Takes some away: a dead letter that is no longer dead.
    pub(crate) fn sub(&self, n: u64) {
        self.0.fetch_sub(n, Release);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Acquire)
    }
}

/// One reading of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSnapshot {
    /// Deliveries that the router took on.
    pub owed: u64,
    /// Deliveries whose handler returned Ok, also after a retry.
    pub handled: u64,
    /// Deliveries that are dead letters now.
    pub dead: u64,
    /// Dead letters that were given up: by an operator, or by the bound of their store.
    pub discarded: u64,
    /// Deliveries pushed out by newer ones (`overflow = "drop_oldest"`).
    pub evicted: u64,
    /// Deliveries that found no room (`overflow = "drop_newest"`).
    pub dropped: u64,
    /// Deliveries with the content of an earlier one (`dedup`).
    pub deduplicated: u64,
    /// Deliveries that were still queued when the runtime ended.
    pub undelivered_at_stop: u64,
}

impl AccountSnapshot {
    /// Deliveries that have come to an end.
    pub const fn settled(&self) -> u64 {
        self.handled
            + self.dead
            + self.discarded
            + self.evicted
            + self.dropped
            + self.deduplicated
            + self.undelivered_at_stop
    }

    /// Whether every delivery owed has come to an end.
    pub const fn is_closed(&self) -> bool {
        self.owed == self.settled()
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            owed: self.owed + other.owed,
            handled: self.handled + other.handled,
            dead: self.dead + other.dead,
            discarded: self.discarded + other.discarded,
            evicted: self.evicted + other.evicted,
            dropped: self.dropped + other.dropped,
            deduplicated: self.deduplicated + other.deduplicated,
            undelivered_at_stop: self.undelivered_at_stop + other.undelivered_at_stop,
        }
    }
}

impl Account {
    /// Reads the right side before `owed`, and where dead letters go before `dead`, so that what
    /// moves meanwhile is missed rather than seen twice.
    pub(crate) fn snapshot(&self) -> AccountSnapshot {
        let mut reading = AccountSnapshot {
            handled: self.handled.get(),
            discarded: self.discarded.get(),
            evicted: self.evicted.get(),
            dropped: self.dropped.get(),
            deduplicated: self.deduplicated.get(),
            undelivered_at_stop: self.undelivered_at_stop.get(),
            ..AccountSnapshot::default()
        };
        reading.dead = self.dead.get();
        reading.owed = self.owed.get();
        reading
    }
}
