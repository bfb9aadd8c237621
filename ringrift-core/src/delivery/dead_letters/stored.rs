//! Letters and the store, where there is one: every change is written, and what finds no room here waits there.
//!
//! Under the lock of the letters: two changes of one letter are written in the order in which they came.

use std::collections::HashSet;
#[cfg(feature = "store")]
use std::sync::Arc;

use super::{CAPACITY, DeadLetters, Inner, Letter, LetterId};
#[cfg(feature = "store")]
use crate::delivery::journal::Journal;

/// What an earlier process left.
#[cfg(feature = "store")]
pub(crate) struct Restored {
    /// Those that found room, each with its number if it has one.
    pub(crate) letters: Vec<(Option<LetterId>, Letter)>,
    /// How many live ones wait in the store, by the handler's daemon and place, if this program has it.
    pub(crate) in_store: Vec<(Option<(u32, u16)>, u64)>,
    /// The last number that was given out.
    pub(crate) last: u32,
}

/// Room for letters that wait in the store.
#[cfg_attr(not(feature = "store"), expect(dead_code, reason = "without a store nothing waits there"))]
pub(crate) struct Room {
    /// The numbers of those that are here.
    pub(crate) here: HashSet<u32>,
    /// The last number that was given out: what has a higher one has just come to be, and is no letter that waits.
    pub(crate) last: u32,
    pub(crate) count: usize,
    /// How many wait.
    pub(super) waiting: u64,
}

impl DeadLetters {
    /// From now on letters are written; those of an earlier process come first, with their numbers.
    #[cfg(feature = "store")]
    pub(crate) fn attach(&self, journal: Arc<Journal>, restored: Restored) {
        let mut inner = self.inner();
        inner.last_id = restored.last;
        inner.in_store = restored.in_store.iter().map(|(_, count)| count).sum();
        inner.journal = Some(journal);
        let (numbered, new): (Vec<_>, Vec<_>) = restored.letters.into_iter().partition(|(id, _)| id.is_some());
        for (id, letter) in numbered {
            inner.settled += usize::from(letter.state.is_settled());
            if let Some(id) = id {
                inner.letters.insert(id, Box::new(letter));
            }
        }
        for (_, letter) in new {
            inner.add(letter);
        }
    }

    /// Takes a letter of a durable event that the store has already, and gives it a number; it may wait there.
    #[cfg(feature = "store")]
    pub(crate) fn adopt(&self, letter: Letter) {
        let mut inner = self.inner();
        inner.exhausted += 1;
        let id = inner.add(letter);
        if inner.letters.len() > CAPACITY {
            inner.letters.remove(&id);
            inner.in_store += 1;
        }
    }

    /// The room for letters that wait in the store, if any wait and there is some.
    pub(crate) fn vacant(&self) -> Option<Room> {
        let inner = self.inner();
        let count = CAPACITY.saturating_sub(inner.letters.len() - inner.settled);
        let here = || inner.letters.keys().map(|id| id.get()).collect();
        (inner.in_store > 0 && count > 0).then(|| Room {
            here: here(),
            last: inner.last_id,
            count,
            waiting: inner.in_store,
        })
    }

    /// Takes letters that waited in the store. With fewer than asked for, none of those waits any more that
    /// waited then. Returns the letters that the bound pushed out for ever.
    pub(crate) fn take_in(&self, letters: Vec<(Option<LetterId>, Letter)>, asked: usize, waiting: u64) -> Vec<Letter> {
        let mut inner = self.inner();
        let taken = letters.len();
        for (id, letter) in letters {
            if let Some(id) = id {
                inner.letters.entry(id).or_insert_with(|| Box::new(letter));
            }
        }
        let gone = if taken < asked { waiting } else { taken as u64 };
        inner.in_store = inner.in_store.saturating_sub(gone);
        inner.make_room()
    }
}

impl Inner {
    /// A letter is new, or has changed. One of a transient event that finds the store with too much to do is not
    /// written until it changes again: only they come faster than anything can be written. What an operator brings
    /// in finds room here first.
    pub(super) fn write(&mut self, id: LetterId) {
        let Some(journal) = &self.journal else { return };
        let Some(letter) = self.letters.get_mut(&id) else { return };
        let is_new = !letter.is_written;
        let may_wait = !letter.event.is_durable() && !letter.is_from_before;
        if is_new && may_wait && !journal.has_room_for_letters() {
            return;
        }
        journal.write_letter(id, letter, is_new);
        letter.is_written = true;
    }

    /// A letter has come to be of itself; says so when it is not written.
    pub(super) fn write_new(&mut self, id: LetterId) {
        self.write(id);
        let is_unwritten = self.journal.is_some() && self.letters.get(&id).is_some_and(|letter| !letter.is_written);
        if is_unwritten && self.unwritten == 0 {
            tracing::warn!("the store has no room for dead letters of transient events: they end with this process");
        }
        self.unwritten += u64::from(is_unwritten);
    }

    /// A letter is for another handler.
    pub(super) fn write_readdressed(&self, id: LetterId, before: &Letter) {
        if let (Some(journal), Some(letter)) = (&self.journal, self.letters.get(&id)) {
            journal.readdress(id, before, letter);
        }
    }

    /// A letter is none any more; its delivery is done, or given up.
    pub(super) fn write_gone(&self, letter: &Letter, is_done: bool) {
        if let (Some(journal), true) = (&self.journal, letter.is_written) {
            journal.drop_letter(letter, is_done);
        }
    }
}
