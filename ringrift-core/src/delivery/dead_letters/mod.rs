//! Dead letters: deliveries that went wrong, bounded and counted; in memory, and in the store where there is one.
//!
//! Every change of a letter is one method of [`DeadLetters`], and every such method holds its lock from
//! the look to the change: of two operators who retry the same letter, one comes too late and is told so.
//! What is recovered or discarded stays, to be looked at, until it is purged or its room is needed.

mod age;
mod burial;
mod counts;
mod death;
mod interrupted;
mod letter;
mod postman;
mod reason;
mod schedule;
mod stored;
mod upkeep;

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[cfg(feature = "store")]
pub(crate) use self::schedule::RETRY_CAP;
use self::schedule::{MAX_RETRIES, due_ms};
#[cfg(feature = "store")]
pub(crate) use self::stored::Restored;
pub(crate) use self::{
    burial::Burial,
    death::Death,
    letter::{Addressee, Emitter, GoneHandler, Letter, LetterEvent, UndecodedEvent},
    stored::Room,
    upkeep::NotImported,
};
pub use self::{
    counts::{DeadLetterCounts, LettersByState},
    interrupted::Interrupted,
    letter::LetterId,
    reason::{DeadReason, LetterState},
};
use super::{clock::Moment, journal::Journal};

/// How many are in memory. Beyond it the oldest settled one goes, or else the oldest: of a durable event it waits
/// in the store, where there is one; of another it is discarded, and counted.
pub(crate) const CAPACITY: usize = 10_000;

/// All dead letters of a runtime.
#[derive(Debug, Default)]
pub(crate) struct DeadLetters {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Boxed: an insertion moves its neighbours.
    letters: BTreeMap<LetterId, Box<Letter>>,
    last_id: u32,
    /// How many of `letters` are settled.
    settled: usize,
    /// How many live ones wait in the store for room.
    in_store: u64,
    recovered: u64,
    /// Of those, how many of each type of event have not been announced.
    unannounced: BTreeMap<String, u64>,
    exhausted: u64,
    discarded: u64,
    /// How many found no room on their way to the store.
    unwritten: u64,
    /// Where letters are written, if anywhere.
    journal: Option<Arc<Journal>>,
}

/// Why a letter is not retried now.
#[derive(Debug)]
pub(crate) enum Refused {
    Unknown,
    AlreadyRetrying,
    Settled(LetterState),
    /// The program has no such handler, or can't read the event.
    Undeliverable,
    NotRunning,
    MailboxFull,
    Paused,
}

impl DeadLetters {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a failed delivery: a new letter, or one whose retry failed too. Returns the letters that the
    /// bound pushed out for ever.
    pub(crate) fn bury(&self, burial: Burial) -> Vec<Letter> {
        let mut inner = self.inner();
        match burial.mail.letter {
            Some(id) => {
                inner.fail_again(id, burial);
                Vec::new()
            }
            None => {
                inner.exhausted += u64::from(burial.death.is_fatal);
                inner.add(burial.into_letter());
                inner.make_room()
            }
        }
    }

    /// The oldest letters whose retry is due and that `can_be_taken`, `limit` at most.
    pub(crate) fn due(&self, now_ms: u64, limit: usize, can_be_taken: impl Fn(&Letter) -> bool) -> Vec<LetterId> {
        let inner = self.inner();
        let due = inner.letters.iter().filter(|(_, letter)| letter.is_due(now_ms) && can_be_taken(letter));
        due.take(limit).map(|(id, _)| *id).collect()
    }

    /// Marks a letter as under way and returns it, so that two retries at once are one.
    pub(crate) fn claim(&self, id: LetterId) -> Result<Letter, Refused> {
        let mut inner = self.inner();
        let letter = inner.live(id)?;
        letter.is_retrying = true;
        Ok(Letter::clone(letter))
    }

    /// The letter, if it could be claimed now.
    pub(crate) fn look(&self, id: LetterId) -> Result<Letter, Refused> {
        self.inner().live(id).map(|letter| Letter::clone(letter))
    }

    /// Takes back a retry that the mailbox did not take, or that was cut off: no attempt is spent.
    pub(crate) fn cancel_retry(&self, id: LetterId) {
        if let Some(letter) = self.inner().letters.get_mut(&id) {
            letter.is_retrying = false;
        }
    }

    /// The event of a letter can be read after all, or its handler is there again. Returns it as it was.
    pub(crate) fn readdress(&self, id: LetterId, event: LetterEvent, to: Addressee) -> Result<Letter, Refused> {
        let mut inner = self.inner();
        let letter = inner.live(id)?;
        let before = Letter::clone(letter);
        (letter.event, letter.to) = (event, to);
        inner.write_readdressed(id, &before);
        Ok(before)
    }

    /// The retry's handler succeeded, which was begun so often; whether there was such a letter.
    pub(crate) fn recover(&self, id: LetterId, attempts: u32, now: Moment) -> bool {
        let mut inner = self.inner();
        let Some(letter) = inner.letters.get_mut(&id) else { return false };
        letter.attempts += attempts;
        letter.enter(LetterState::Recovered, now);
        let event_type = letter.event.name().to_owned();
        *inner.unannounced.entry(event_type).or_default() += 1;
        inner.settled += 1;
        inner.recovered += 1;
        inner.write(id);
        true
    }

    /// The letter is none any more, and has not recovered either; whether there was one.
    pub(crate) fn forget(&self, id: LetterId) -> bool {
        let mut inner = self.inner();
        let Some(letter) = inner.letters.remove(&id) else { return false };
        inner.write_gone(&letter, true);
        true
    }

    /// How many of each type of event have recovered since the last call.
    pub(crate) fn take_recovered(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.inner().unannounced)
    }

    /// Gives up retrying the pending letters that `which` picks; they stay, for a person.
    pub(crate) fn exhaust(&self, now: Moment, mut which: impl FnMut(&Letter) -> bool) -> Vec<Letter> {
        let mut inner = self.inner();
        let mut exhausted = Vec::new();
        for (id, letter) in &mut inner.letters {
            if letter.state == LetterState::Pending && !letter.is_retrying && which(letter) {
                letter.enter(LetterState::Exhausted, now);
                exhausted.push((*id, Letter::clone(letter)));
            }
        }
        inner.exhausted += exhausted.len() as u64;
        exhausted.iter().for_each(|(id, _)| inner.write(*id));
        exhausted.into_iter().map(|(_, letter)| letter).collect()
    }

    /// One letter.
    pub(crate) fn get(&self, id: LetterId) -> Option<Letter> {
        self.inner().letters.get(&id).map(|letter| Letter::clone(letter))
    }

    pub(crate) fn counts(&self) -> DeadLetterCounts {
        let inner = self.inner();
        DeadLetterCounts {
            in_store: inner.in_store,
            recovered_total: inner.recovered,
            exhausted_total: inner.exhausted,
            discarded_total: inner.discarded,
            unwritten_total: inner.unwritten,
            ..DeadLetterCounts::of(inner.letters.values().map(|letter| &**letter))
        }
    }
}

impl Inner {
    /// A letter that something can be done with now.
    fn live(&mut self, id: LetterId) -> Result<&mut Letter, Refused> {
        match self.letters.get_mut(&id) {
            None => Err(Refused::Unknown),
            Some(letter) if letter.is_retrying => Err(Refused::AlreadyRetrying),
            Some(letter) if letter.state.is_settled() => Err(Refused::Settled(letter.state)),
            Some(letter) => Ok(letter),
        }
    }

    fn add(&mut self, letter: Letter) -> LetterId {
        self.settled += usize::from(letter.state.is_settled());
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        let id = LetterId(NonZeroU32::new(self.last_id).expect("counted from one"));
        self.letters.insert(id, Box::new(letter));
        self.write_new(id);
        id
    }

    fn fail_again(&mut self, id: LetterId, burial: Burial) {
        let Some(letter) = self.letters.get_mut(&id) else { return };
        letter.retries += u32::from(!burial.death.is_excused);
        letter.attempts += u32::from(burial.mail.attempt) + 1;
        letter.last_failed = burial.at.wall;
        letter.touch(burial.at);
        letter.due_ms = due_ms(burial.at.ms, letter.retries);
        letter.is_retrying = false;
        let was_pending = letter.state == LetterState::Pending;
        if was_pending && (burial.death.is_fatal || letter.retries >= MAX_RETRIES) {
            letter.enter(LetterState::Exhausted, burial.at);
            self.exhausted += 1;
        }
        letter.death = burial.death;
        self.write(id);
    }

    /// How many more find room, besides those that wait.
    fn room(&self) -> usize {
        let live = self.letters.len() - self.settled;
        CAPACITY.saturating_sub(live).saturating_sub(self.in_store as usize)
    }

    /// Lets letters go while there are too many; returns those that are lost.
    fn make_room(&mut self) -> Vec<Letter> {
        let mut lost = Vec::new();
        while self.letters.len() > CAPACITY {
            let is_oldest = |letter: &Letter| letter.state.is_settled() || (self.settled == 0 && !letter.is_retrying);
            let oldest = self.letters.iter().find(|(_, letter)| is_oldest(letter)).map(|(id, _)| *id);
            let Some(letter) = oldest.and_then(|id| self.letters.remove(&id)) else { break };
            if letter.state.is_settled() {
                self.settled -= 1;
                self.write_gone(&letter, letter.state == LetterState::Recovered);
            } else if self.journal.is_some() && letter.event.is_durable() {
                self.in_store += 1;
            } else {
                self.discarded += 1;
                self.write_gone(&letter, false);
                lost.push(*letter);
            }
        }
        lost
    }
}
