//! The writes that wait for the writer: bounded for all that can wait. What it keeps for a full disk does not count:
//! transient events must go on.
//!
//! A write that nobody waits for goes with the next that somebody does, if one comes soon: so an acknowledgement
//! neither costs a sync of its own nor holds up the emit behind it.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::Write;

/// How many writes are taken at once, and share a transaction, at most.
pub(super) const GROUP: usize = 1024;
/// How many writes may wait before those that can wait do. What can't is bounded where it comes from: dead letters of
/// transient events, of which only so many are on their way, and what becomes of those that are in memory.
pub(super) const ROOM: usize = 4096;

/// How long the writer stays awake for the next write, once all are written: who emits again at once finds it so, and
/// to wake a thread may take longer than the sync. No more than a part of what a commit takes.
const WATCH: Duration = Duration::from_micros(50);

/// The queue of one store.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// There is something for the writer.
    more: Condvar,
    /// There is room again.
    room: Notify,
}

#[derive(Default)]
struct State {
    writes: Writes,
    /// How many of them somebody waits for.
    awaited: usize,
    is_closed: bool,
    writer: Writer,
}

pub(super) type Writes = VecDeque<Box<dyn Write>>;

/// What the writer does: only when it sleeps it costs a call of the system to wake it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Writer {
    #[default]
    Works,
    /// Until there is a write that somebody waits for, or a whole group; and not for long.
    Dozes,
    /// Until there is anything.
    Sleeps,
}

impl State {
    /// Whether there is enough for a transaction.
    fn is_due(&self, limit: usize) -> bool {
        self.is_closed || self.awaited > 0 || self.writes.len() >= limit
    }

    fn is_idle(&self) -> bool {
        !self.is_closed && self.writes.is_empty()
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("writes", &self.state().writes.len()).finish_non_exhaustive()
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a write in line; a closed queue gives it back.
    pub(super) fn push(&self, write: Box<dyn Write>) -> Result<(), Box<dyn Write>> {
        let mut state = self.state();
        if state.is_closed {
            return Err(write);
        }
        state.awaited += usize::from(!write.is_kept());
        state.writes.push_back(write);
        let wakes = match state.writer {
            Writer::Works => false,
            Writer::Dozes => state.is_due(GROUP),
            Writer::Sleeps => true,
        };
        if wakes {
            state.writer = Writer::Works;
            drop(state);
            self.more.notify_one();
        }
        Ok(())
    }

    /// Resolves once fewer than [`ROOM`] wait.
    pub(super) async fn room(&self) {
        loop {
            let room = self.room.notified();
            if self.has_room() {
                return;
            }
            room.await;
        }
    }

    fn has_room(&self) -> bool {
        let state = self.state();
        state.is_closed || state.writes.len() < ROOM
    }

    /// Takes up to `limit`: as soon as somebody waits for one of them, or there are so many, or after `patience`,
    /// which may be with nothing. `None` when the queue is closed and empty.
    pub(super) fn take(&self, limit: usize, patience: Duration) -> Option<Writes> {
        let left = patience.saturating_sub(self.watch(limit, WATCH.min(patience)));
        let mut state = self.wait(Writer::Dozes, left, |state| !state.is_due(limit));
        if state.writes.is_empty() && state.is_closed {
            return None;
        }
        let taken = limit.min(state.writes.len());
        let rest = state.writes.split_off(taken);
        let taken = std::mem::replace(&mut state.writes, rest);
        state.awaited -= awaited(&taken);
        drop(state);
        self.room.notify_waiters();
        Some(taken)
    }

    /// Stays awake for so long, or until there is enough for a transaction. Returns how long that was.
    #[expect(clippy::disallowed_methods, reason = "a thread of its own, whose time no test pauses")]
    fn watch(&self, limit: usize, patience: Duration) -> Duration {
        let begun = Instant::now();
        while begun.elapsed() < patience && !self.state().is_due(limit) {
            // Whoever is about to push may need this core.
            std::thread::yield_now();
        }
        begun.elapsed()
    }

    /// Waits until there is something, or for so long.
    pub(super) fn sleep(&self, patience: Duration) {
        drop(self.wait(Writer::Sleeps, patience, State::is_idle));
    }

    fn wait(&self, how: Writer, patience: Duration, is_early: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let waits = |state: &mut State| {
            let waits = is_early(state);
            state.writer = if waits { how } else { Writer::Works };
            waits
        };
        let waited = self.more.wait_timeout_while(self.state(), patience, waits);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.writer = Writer::Works;
        state
    }

    /// Takes nothing more; what waits is still written.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.more.notify_one();
        self.room.notify_waiters();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().is_closed
    }
}

/// How many of the writes somebody waits for.
pub(super) fn awaited(writes: &Writes) -> usize {
    writes.iter().filter(|write| !write.is_kept()).count()
}

#[cfg(test)]
mod tests;
