//! What people do with dead letters: look at them, give them up, clear them away, bring some in.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use super::{DeadLetters, Inner, Letter, LetterId, LetterState, Refused};
use crate::delivery::clock::Moment;

/// Why letters from elsewhere are not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotImported {
    /// Those, by their places, that are here already, or twice among them; with the number of the one here.
    AlreadyHere(Vec<(usize, Option<LetterId>)>),
    /// Only so many find room.
    TooMany(usize),
}

impl DeadLetters {
    /// Gives up one letter, and returns it.
    pub(crate) fn discard(&self, id: LetterId, now: Moment) -> Result<Letter, Refused> {
        let mut inner = self.inner();
        let letter = inner.live(id)?;
        letter.enter(LetterState::Discarded, now);
        let discarded = letter.clone();
        inner.settled += 1;
        inner.discarded += 1;
        inner.write(id);
        Ok(discarded)
    }

    /// Removes the letters that `which` picks, but for those whose retry is under way. Returns them as they
    /// were: of those that were not settled nothing more is done, and they count as discarded.
    pub(crate) fn purge(&self, mut which: impl FnMut(&Letter) -> bool) -> Vec<Letter> {
        let mut inner = self.inner();
        let picked = inner.letters.extract_if(.., |_, letter| !letter.is_retrying && which(letter));
        let purged: Vec<Letter> = picked.map(|(_, letter)| *letter).collect();
        let settled = purged.iter().filter(|letter| letter.state.is_settled()).count();
        inner.settled -= settled;
        inner.discarded += (purged.len() - settled) as u64;
        purged.iter().for_each(|letter| inner.write_gone(letter, letter.state == LetterState::Recovered));
        purged
    }

    /// Takes letters from elsewhere, all of them or none; their numbers, in their order.
    pub(crate) fn import(&self, letters: Vec<Letter>) -> Result<Vec<LetterId>, NotImported> {
        let mut inner = self.inner();
        let twice = inner.already_here(&letters);
        if !twice.is_empty() {
            return Err(NotImported::AlreadyHere(twice));
        }
        let room = inner.room();
        if letters.len() > room {
            return Err(NotImported::TooMany(room));
        }
        let ids = letters.into_iter().map(|letter| inner.add(letter)).collect();
        // There is room: what goes is settled.
        inner.make_room();
        Ok(ids)
    }

    /// The places of the letters whose delivery has a letter already, here or among them.
    pub(crate) fn already_here(&self, letters: &[Letter]) -> Vec<(usize, Option<LetterId>)> {
        self.inner().already_here(letters)
    }

    /// The oldest letters that `which` picks, `limit` at most.
    pub(crate) fn select(&self, limit: usize, mut which: impl FnMut(&Letter) -> bool) -> Vec<(LetterId, Letter)> {
        let inner = self.inner();
        let picked = inner.letters.iter().filter(|(_, letter)| which(letter));
        picked.take(limit).map(|(id, letter)| (*id, Letter::clone(letter))).collect()
    }

    /// The types of the events whose letters are to be retried.
    pub(crate) fn pending_types(&self) -> BTreeSet<String> {
        let inner = self.inner();
        let pending = inner.letters.values().filter(|letter| letter.state == LetterState::Pending);
        let types: BTreeSet<&str> = pending.map(|letter| letter.event.name()).collect();
        types.into_iter().map(str::to_owned).collect()
    }

    /// The newest that are not settled, newest first, `limit` at most.
    pub(crate) fn newest(&self, limit: usize) -> Vec<(LetterId, Letter)> {
        let inner = self.inner();
        let live = inner.letters.iter().rev().filter(|(_, letter)| !letter.state.is_settled());
        live.take(limit).map(|(id, letter)| (*id, Letter::clone(letter))).collect()
    }
}

impl Inner {
    /// The places of the letters whose delivery has a letter already, here or among them.
    fn already_here(&self, letters: &[Letter]) -> Vec<(usize, Option<LetterId>)> {
        let mut seen: HashMap<_, _> = self.letters.iter().map(|(id, letter)| (letter.delivery(), Some(*id))).collect();
        let mut found = Vec::new();
        for (place, letter) in letters.iter().enumerate() {
            match seen.entry(letter.delivery()) {
                Entry::Occupied(here) => found.push((place, *here.get())),
                Entry::Vacant(new) => _ = new.insert(None),
            }
        }
        found
    }
}
