//! Dead letters: deliveries that went wrong, kept in memory, bounded and counted.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize, Serializer};

use crate::words::event::Erased;

/// How many are kept; beyond it the oldest is discarded, and counted.
pub(crate) const CAPACITY: usize = 10_000;
/// How many retries one gets before it is `exhausted`.
pub(crate) const MAX_RETRIES: u32 = 5;
/// The wait before the first retry; it doubles.
pub(crate) const FIRST_RETRY: Duration = Duration::from_secs(60);
/// The longest wait between retries.
pub(crate) const RETRY_CAP: Duration = Duration::from_secs(3600);

/// The number of a dead letter within its runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LetterId(pub(crate) NonZeroU32);

impl Serialize for LetterId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0.get())
    }
}

/// Why a delivery is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadReason {
    /// The handler returned an error.
    HandlerError,
    /// The handler panicked.
    Panic,
    /// The handler took longer than its limit.
    Timeout,
    /// The mailbox was full for too long.
    MailboxFull,
    /// The daemon had ended.
    Stopped,
}

/// What becomes of a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterState {
    /// Its next retry is due at a time.
    Pending,
    /// Its retry is in the mailbox or in hand.
    Retrying,
    /// All retries failed; only a person brings it back.
    Exhausted,
}

/// One dead letter.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) event: Arc<Erased>,
    /// The daemon, as its index in the runtime.
    pub(crate) daemon: u32,
    pub(crate) slot: u16,
    pub(crate) reason: DeadReason,
    pub(crate) error: String,
    pub(crate) retries: u32,
    pub(crate) first_failed: SystemTime,
    pub(crate) last_failed: SystemTime,
    pub(crate) due_ms: u64,
    pub(crate) state: LetterState,
    /// When it became `Exhausted`.
    pub(crate) exhausted_at: Option<SystemTime>,
}

/// The wait before retry `retries + 1`: 60 x 2^n seconds, 3600 at most.
pub(crate) fn retry_delay(retries: u32) -> Duration {
    FIRST_RETRY.saturating_mul(1 << retries.min(16)).min(RETRY_CAP)
}

/// All dead letters of a runtime.
#[derive(Debug, Default)]
pub(crate) struct DeadLetters {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    letters: BTreeMap<LetterId, Letter>,
    last_id: u32,
    recovered: u64,
    /// Of those, how many have been announced.
    announced: u64,
    exhausted: u64,
}

/// A failed delivery, as the router hands it in.
pub(crate) struct Failure {
    pub(crate) event: Arc<Erased>,
    pub(crate) daemon: u32,
    pub(crate) slot: u16,
    pub(crate) reason: DeadReason,
    pub(crate) error: String,
    pub(crate) at: SystemTime,
    pub(crate) now_ms: u64,
    /// Whether retries are pointless.
    pub(crate) is_fatal: bool,
}

impl DeadLetters {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a failed delivery. Returns the letter that the bound pushed out, if one was.
    pub(crate) fn add(&self, failure: Failure) -> Option<Letter> {
        let mut inner = self.inner();
        inner.exhausted += u64::from(failure.is_fatal);
        inner.last_id = inner.last_id.checked_add(1).unwrap_or(1);
        let id = LetterId(NonZeroU32::new(inner.last_id).expect("counted from one"));
        let letter = Letter {
            event: failure.event,
            daemon: failure.daemon,
            slot: failure.slot,
            reason: failure.reason,
            error: failure.error,
            retries: 0,
            first_failed: failure.at,
            last_failed: failure.at,
            due_ms: failure.now_ms + retry_delay(0).as_millis() as u64,
            state: if failure.is_fatal { LetterState::Exhausted } else { LetterState::Pending },
            exhausted_at: failure.is_fatal.then_some(failure.at),
        };
        inner.letters.insert(id, letter);
        if inner.letters.len() <= CAPACITY {
            return None;
        }
        let oldest = inner.letters.iter().find(|(_, letter)| letter.state != LetterState::Retrying).map(|(id, _)| *id);
        oldest.and_then(|oldest| inner.letters.remove(&oldest))
    }

    /// The oldest letters whose retry is due and `can_be_taken`, `limit` at most.
    pub(crate) fn due(
        &self,
        now_ms: u64,
        limit: usize,
        can_be_taken: impl Fn(&Letter) -> bool,
    ) -> Vec<(LetterId, Letter)> {
        let inner = self.inner();
        let due = |letter: &Letter| letter.state == LetterState::Pending && letter.due_ms <= now_ms;
        inner
            .letters
            .iter()
            .filter(|(_, letter)| due(letter) && can_be_taken(letter))
            .take(limit)
            .map(|(id, letter)| (*id, letter.clone()))
            .collect()
    }

    /// Marks a pending letter as under way; false when it is not pending any more, so that two
    /// retries at once are one.
    pub(crate) fn begin_retry(&self, id: LetterId) -> bool {
        self.change(id, |letter| {
            let pending = letter.state != LetterState::Retrying;
            letter.state = LetterState::Retrying;
            pending
        })
    }

    /// Takes back a retry that the mailbox did not take, or that was cut off: no attempt is spent.
    pub(crate) fn cancel_retry(&self, id: LetterId) {
        self.change(id, |letter| {
            letter.state = if letter.retries >= MAX_RETRIES { LetterState::Exhausted } else { LetterState::Pending };
            true
        });
    }

    fn change(&self, id: LetterId, change: impl FnOnce(&mut Letter) -> bool) -> bool {
        self.inner().letters.get_mut(&id).is_some_and(change)
    }

    /// The retry's handler succeeded.
    pub(crate) fn recover(&self, id: LetterId) -> Option<Letter> {
        let mut inner = self.inner();
        let letter = inner.letters.remove(&id)?;
        inner.recovered += 1;
        Some(letter)
    }

    /// The letter is none any more, and has not recovered either; whether there was one.
    pub(crate) fn forget(&self, id: LetterId) -> bool {
        self.inner().letters.remove(&id).is_some()
    }

    /// How many have recovered since the last call.
    pub(crate) fn take_recovered(&self) -> u64 {
        let mut inner = self.inner();
        let recovered = inner.recovered;
        recovered - std::mem::replace(&mut inner.announced, recovered)
    }

    /// The retry failed too.
    pub(crate) fn fail_again(&self, id: LetterId, failure: Failure) {
        let mut inner = self.inner();
        let Some(letter) = inner.letters.get_mut(&id) else {
            return;
        };
        letter.retries += 1;
        letter.reason = failure.reason;
        letter.error = failure.error;
        letter.last_failed = failure.at;
        letter.due_ms = failure.now_ms + retry_delay(letter.retries).as_millis() as u64;
        letter.state = LetterState::Pending;
        if failure.is_fatal || letter.retries >= MAX_RETRIES {
            letter.state = LetterState::Exhausted;
            letter.exhausted_at = Some(failure.at);
            inner.exhausted += 1;
        }
    }

    /// Gives up retrying the pending letters that `which` picks; they stay, for a person.
    pub(crate) fn exhaust(&self, at: SystemTime, mut which: impl FnMut(&Letter) -> bool) -> Vec<Letter> {
        let mut inner = self.inner();
        let mut exhausted = Vec::new();
        for letter in inner.letters.values_mut() {
            if letter.state == LetterState::Pending && which(letter) {
                letter.state = LetterState::Exhausted;
                letter.exhausted_at = Some(at);
                exhausted.push(letter.clone());
            }
        }
        inner.exhausted += exhausted.len() as u64;
        exhausted
    }

    /// Gives up the letters that `which` picks.
    pub(crate) fn discard(&self, mut which: impl FnMut(&Letter) -> bool) -> Vec<Letter> {
        let mut inner = self.inner();
        let picked = inner.letters.extract_if(.., |_, letter| letter.state != LetterState::Retrying && which(letter));
        picked.map(|(_, letter)| letter).collect()
    }

    /// All letters, oldest first.
    pub(crate) fn list(&self) -> Vec<(LetterId, Letter)> {
        self.inner().letters.iter().map(|(id, letter)| (*id, letter.clone())).collect()
    }

    pub(crate) fn counts(&self) -> DeadLetterCounts {
        let inner = self.inner();
        let in_state = |state| inner.letters.values().filter(|letter| letter.state == state).count() as u64;
        DeadLetterCounts {
            pending: in_state(LetterState::Pending),
            retrying: in_state(LetterState::Retrying),
            exhausted: in_state(LetterState::Exhausted),
            recovered_total: inner.recovered,
            exhausted_total: inner.exhausted,
        }
    }
}

/// How many dead letters there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterCounts {
    /// Waiting for their next retry.
    pub pending: u64,
    /// Whose retry is under way.
    pub retrying: u64,
    /// Whose retries are used up.
    pub exhausted: u64,
    /// Recovered since the start.
    pub recovered_total: u64,
    /// Exhausted since the start.
    pub exhausted_total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_wait_sixty_seconds_doubling_to_an_hour() {
        let seconds: Vec<u64> = (0..8).map(|n| retry_delay(n).as_secs()).collect();
        assert_eq!(seconds, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(MAX_RETRIES, 5);
    }
}
