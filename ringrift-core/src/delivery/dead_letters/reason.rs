//! Why a delivery is dead, and what becomes of its letter.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    /// The payload is not one of its event, as this program knows it.
    Schema,
    /// The handler emitted an event that the hop limit cut off.
    HopLimit,
    /// The daemon had ended.
    Stopped,
    /// This program has no such handler any more.
    NoHandler,
    /// An effect of `cx.once` was cut off in an earlier run.
    Interrupted,
}

impl DeadReason {
    /// All nine.
    pub const ALL: [Self; 9] = [
        Self::HandlerError,
        Self::Panic,
        Self::Timeout,
        Self::MailboxFull,
        Self::Schema,
        Self::HopLimit,
        Self::Stopped,
        Self::NoHandler,
        Self::Interrupted,
    ];

    /// The word, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HandlerError => "handler_error",
            Self::Panic => "panic",
            Self::Timeout => "timeout",
            Self::MailboxFull => "mailbox_full",
            Self::Schema => "schema",
            Self::HopLimit => "hop_limit",
            Self::Stopped => "stopped",
            Self::NoHandler => "no_handler",
            Self::Interrupted => "interrupted",
        }
    }
}

impl fmt::Display for DeadReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What becomes of a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterState {
    /// It is retried: its next retry is due at a time, or under way.
    Pending,
    /// A retry succeeded.
    Recovered,
    /// All retries failed, or are pointless; only a person brings it back.
    Exhausted,
    /// It was given up.
    Discarded,
}

impl LetterState {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Recovered, Self::Exhausted, Self::Discarded];

    /// The word, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Recovered => "recovered",
            Self::Exhausted => "exhausted",
            Self::Discarded => "discarded",
        }
    }

    /// Whether nothing is done with it any more: it stays only to be looked at.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Recovered | Self::Discarded)
    }
}

impl fmt::Display for LetterState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
