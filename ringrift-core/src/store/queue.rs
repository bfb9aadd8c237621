//! The writes that wait for the writer: bounded for all that can wait. What it keeps for a full disk does not count:
//! transient events must go on.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use super::Write;

/// How many writes may wait before those that can wait do. What can't is bounded where it comes from: dead letters of
/// transient events, of which only so many are on their way, and what becomes of those that are in memory.
pub(super) const ROOM: usize = 4096;

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
    writes: VecDeque<Box<dyn Write>>,
    is_closed: bool,
    /// Whether the writer waits: only then it costs a call of the system to wake it.
    is_waiting: bool,
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
        state.writes.push_back(write);
        let is_waiting = std::mem::take(&mut state.is_waiting);
        drop(state);
        if is_waiting {
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

    /// Takes up to `limit`; waits for the first, up to `patience` if there is one. `None` when the
    /// queue is closed and empty.
    pub(super) fn take(&self, limit: usize, patience: Option<Duration>) -> Option<VecDeque<Box<dyn Write>>> {
        let mut state = self.state();
        while state.writes.is_empty() && !state.is_closed {
            state.is_waiting = true;
            let Some(patience) = patience else {
                state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (woken, timeout) = self.more.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if timeout.timed_out() {
                break;
            }
        }
        if state.writes.is_empty() && state.is_closed {
            return None;
        }
        let taken = limit.min(state.writes.len());
        let rest = state.writes.split_off(taken);
        let taken = std::mem::replace(&mut state.writes, rest);
        drop(state);
        self.room.notify_waiters();
        Some(taken)
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
