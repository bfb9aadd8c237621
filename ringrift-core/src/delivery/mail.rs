//! One delivery, and the words for what a mailbox does with it.

use std::sync::Arc;

use super::dead_letters::LetterId;
use crate::words::event::Erased;

/// One delivery: an event on its way to one handler.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) event: Arc<Erased>,
    /// Which handler of the daemon.
    pub(crate) slot: u16,
    /// How many times a handler was begun for it and cut off.
    pub(crate) attempt: u16,
    /// The dead letter that this delivery retries.
    pub(crate) letter: Option<LetterId>,
}

impl Mail {
    /// Whether the store has its delivery as one that is owed.
    pub(crate) fn is_delivery_of_store(&self) -> bool {
        self.event.seq() != 0 && self.letter.is_none()
    }

    /// Whether its delivery is in the store, where what its handler does through `once` is noted.
    #[inline]
    pub(crate) fn is_stored(&self) -> bool {
        // A letter from elsewhere has no number yet, but was written before it could be retried.
        self.event.seq() != 0 || (self.letter.is_some() && self.event.meta.durable)
    }
}

/// What the daemon's state means for its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Disabled or not selected: nothing is owed.
    Absent,
    /// Running: a full mailbox may be waited for.
    Open,
    /// Waiting, starting, in backoff, stopped: queue up to the bound.
    Held,
    /// Failed, completed, leaked: every event is a dead letter at once.
    Refusing,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Full, and its reader is at work: worth waiting for.
    Full,
    /// Full, and nobody reads it now, or its handler is paused.
    FullAndHeld,
    /// The daemon has ended.
    Ended,
}
