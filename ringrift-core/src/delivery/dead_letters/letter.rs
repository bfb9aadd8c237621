//! One dead letter: all that is known of a delivery that went wrong.

use std::{
    fmt,
    num::{NonZeroU32, ParseIntError},
    str::FromStr,
    sync::Arc,
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use super::{Death, LetterState};
use crate::delivery::clock::Moment;
use crate::words::event::{Erased, EventId};

/// The number of a dead letter within its runtime, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LetterId(pub(crate) NonZeroU32);

impl LetterId {
    /// The letter of that number; `None` for 0, which no letter has.
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for LetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for LetterId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

/// One dead letter.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) event: LetterEvent,
    pub(crate) to: Addressee,
    /// The number of its handler in the store, which one that is gone still has.
    #[cfg(feature = "store")]
    pub(crate) handler: Option<i64>,
    pub(crate) emitter: Emitter,
    pub(crate) emitted_at: SystemTime,
    /// Of the last failure.
    pub(crate) death: Death,
    /// How often its handler was begun.
    pub(crate) attempts: u32,
    /// How many retries have failed.
    pub(crate) retries: u32,
    pub(crate) first_failed: SystemTime,
    pub(crate) last_failed: SystemTime,
    pub(crate) due_ms: u64,
    pub(crate) state: LetterState,
    /// When it came into its state.
    pub(crate) since: SystemTime,
    /// The process's own time of its last failure or change of state, or else of its coming from before.
    pub(crate) known_ms: u64,
    /// Whether it is as it came from an earlier process, or another one.
    pub(crate) is_from_before: bool,
    /// Whether a retry is in the mailbox or in hand.
    pub(crate) is_retrying: bool,
    /// Whether the store has it, or will have.
    pub(crate) is_written: bool,
}

/// The event of a letter.
#[derive(Debug, Clone)]
pub(crate) enum LetterEvent {
    Decoded(Arc<Erased>),
    /// Not one that this program can read.
    Undecoded(Arc<UndecodedEvent>),
}

/// An event as it was written down.
#[derive(Debug)]
pub(crate) struct UndecodedEvent {
    pub(crate) name: String,
    pub(crate) id: EventId,
    /// Its number in the store; 0 for one that came from elsewhere.
    pub(crate) seq: u64,
    pub(crate) hops: u8,
    pub(crate) parent: Option<EventId>,
    pub(crate) payload: serde_json::Value,
}

/// The handler that a delivery was for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Addressee {
    /// By the index of the daemon, and the place in its table.
    Handler { daemon: u32, slot: u16 },
    /// By name: this program has no such handler.
    Gone(Arc<GoneHandler>),
}

/// A handler that this program does not have.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct GoneHandler {
    pub(crate) daemon: String,
    pub(crate) handler: String,
}

/// Who emitted the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Emitter {
    /// Nobody of this program.
    Outside,
    /// By its index.
    Daemon(u32),
    /// By name: of another process.
    Named(Arc<str>),
}

impl LetterEvent {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Decoded(event) => event.meta.name,
            Self::Undecoded(event) => &event.name,
        }
    }

    pub(crate) fn id(&self) -> EventId {
        match self {
            Self::Decoded(event) => event.id,
            Self::Undecoded(event) => event.id,
        }
    }

    /// Its number in the store; 0 for one that came into it with its letter, or is not in one.
    pub(crate) fn seq(&self) -> u64 {
        match self {
            Self::Decoded(event) => event.seq(),
            Self::Undecoded(event) => event.seq,
        }
    }

    /// Whether its letter must not be lost; so too when nobody can tell.
    pub(crate) fn is_durable(&self) -> bool {
        match self {
            Self::Decoded(event) => event.meta.durable,
            Self::Undecoded(_) => true,
        }
    }

    pub(crate) fn hops(&self) -> u8 {
        match self {
            Self::Decoded(event) => event.hops,
            Self::Undecoded(event) => event.hops,
        }
    }

    /// The event in whose handler it was emitted.
    pub(crate) fn parent(&self) -> Option<EventId> {
        match self {
            Self::Decoded(event) => event.parent(),
            Self::Undecoded(event) => event.parent,
        }
    }

    /// The payload as JSON; one that can't be serialised is the error that says so.
    pub(crate) fn payload(&self) -> serde_json::Value {
        match self {
            Self::Decoded(event) => {
                let payload = event.meta.encode(event);
                payload.unwrap_or_else(|error| serde_json::Value::String(error.to_string()))
            }
            Self::Undecoded(event) => event.payload.clone(),
        }
    }
}

impl Letter {
    /// What no two letters have in common.
    pub(super) fn delivery(&self) -> (EventId, Addressee) {
        (self.event.id(), self.to.clone())
    }

    /// Whether a retry may begin by itself.
    pub(super) fn is_due(&self, now_ms: u64) -> bool {
        self.state == LetterState::Pending && !self.is_retrying && self.due_ms <= now_ms
    }

    pub(super) fn enter(&mut self, state: LetterState, now: Moment) {
        self.state = state;
        self.since = now.wall;
        self.is_retrying = false;
        self.touch(now);
    }

    /// It has failed again, or changed its state.
    pub(super) fn touch(&mut self, now: Moment) {
        (self.known_ms, self.is_from_before) = (now.ms, false);
    }
}
