//! How many dead letters there are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DeadReason, Letter, LetterState};

/// How many dead letters there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterCounts {
    /// Those that are retried.
    pub pending: u64,
    /// Those that only a person brings back.
    pub exhausted: u64,
    /// Those whose retry succeeded, as far as they are still here.
    pub recovered: u64,
    /// Those that were given up, as far as they are still here.
    pub discarded: u64,
    /// Of the pending and the exhausted, those whose retry is under way.
    pub retrying: u64,
    /// Pending or exhausted ones of durable events that find no room in memory: they wait in the store, and are
    /// not among the other numbers.
    #[serde(default)]
    pub in_store: u64,
    /// The same four states, by the reason of the last failure; reasons without a letter are left out.
    pub by_reason: BTreeMap<DeadReason, LettersByState>,
    /// Recovered since the start.
    pub recovered_total: u64,
    /// Exhausted since the start.
    pub exhausted_total: u64,
    /// Given up since the start.
    pub discarded_total: u64,
    /// Those of transient events that came when too many were on their way to the store, since the start: unless they
    /// change later, they end with the process.
    #[serde(default)]
    pub unwritten_total: u64,
}

/// How many letters of one reason are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is the `LetterState` of the same name")]
pub struct LettersByState {
    pub pending: u64,
    pub recovered: u64,
    pub exhausted: u64,
    pub discarded: u64,
}

impl LettersByState {
    /// Those in that state.
    pub const fn of(&self, state: LetterState) -> u64 {
        match state {
            LetterState::Pending => self.pending,
            LetterState::Recovered => self.recovered,
            LetterState::Exhausted => self.exhausted,
            LetterState::Discarded => self.discarded,
        }
    }

    const fn column(&mut self, state: LetterState) -> &mut u64 {
        match state {
            LetterState::Pending => &mut self.pending,
            LetterState::Recovered => &mut self.recovered,
            LetterState::Exhausted => &mut self.exhausted,
            LetterState::Discarded => &mut self.discarded,
        }
    }
}

impl DeadLetterCounts {
    /// Counts letters; the totals are the caller's.
    pub(super) fn of<'a>(letters: impl Iterator<Item = &'a Letter>) -> Self {
        let mut counts = Self::default();
        let mut sum = LettersByState::default();
        for letter in letters {
            counts.retrying += u64::from(letter.is_retrying);
            *sum.column(letter.state) += 1;
            *counts.by_reason.entry(letter.death.reason).or_default().column(letter.state) += 1;
        }
        let LettersByState { pending, recovered, exhausted, discarded } = sum;
        Self { pending, recovered, exhausted, discarded, ..counts }
    }

    /// Those in that state with that reason.
    pub fn of_reason(&self, state: LetterState, reason: DeadReason) -> u64 {
        self.by_reason.get(&reason).map_or(0, |counts| counts.of(state))
    }
}
