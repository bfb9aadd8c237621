//! Writes every change of a letter to the store, where there is one.
//!
//! Under the lock of the letters: two changes of one letter are written in the order in which they came.

#[cfg(feature = "store")]
use std::sync::Arc;

use super::{DeadLetters, Inner, Letter, LetterId};
#[cfg(feature = "store")]
use crate::delivery::journal::Journal;

impl DeadLetters {
    /// From now on letters are written; those of an earlier process come first, with their numbers.
    #[cfg(feature = "store")]
    pub(crate) fn attach(&self, journal: Arc<Journal>, restored: Vec<(Option<LetterId>, Letter)>) {
        let mut inner = self.inner();
        inner.last_id = restored.iter().filter_map(|(id, _)| *id).map(LetterId::get).max().unwrap_or_default();
        let (numbered, new): (Vec<_>, Vec<_>) = restored.into_iter().partition(|(id, _)| id.is_some());
        for (id, letter) in numbered {
            inner.settled += usize::from(letter.state.is_settled());
            if let Some(id) = id {
                inner.letters.insert(id, letter);
            }
        }
        inner.journal = Some(journal);
        for (_, letter) in new {
            inner.keep(letter);
        }
        while inner.make_room().is_some() {}
    }

    /// Takes a letter that the store has already, and gives it a number.
    pub(crate) fn adopt(&self, letter: Letter) {
        let mut inner = self.inner();
        inner.exhausted += 1;
        inner.keep(letter);
        while inner.make_room().is_some() {}
    }
}

impl Inner {
    /// A letter is new.
    pub(super) fn write_new(&self, id: LetterId) {
        if let (Some(journal), Some(letter)) = (&self.journal, self.letters.get(&id)) {
            journal.keep(id, letter, true);
        }
    }

    /// A letter has changed.
    pub(super) fn write(&self, id: LetterId) {
        if let (Some(journal), Some(letter)) = (&self.journal, self.letters.get(&id)) {
            journal.keep(id, letter, false);
        }
    }

    /// A letter is for another handler.
    pub(super) fn write_readdressed(&self, id: LetterId, before: &Letter) {
        if let (Some(journal), Some(letter)) = (&self.journal, self.letters.get(&id)) {
            journal.readdress(id, before, letter);
        }
    }

    /// A letter is none any more; its delivery is done, or given up.
    pub(super) fn write_gone(&self, letter: &Letter, is_done: bool) {
        if let Some(journal) = &self.journal {
            journal.drop_letter(letter, is_done);
        }
    }
}
