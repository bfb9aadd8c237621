//! The router's part of dead letters: into the mailbox, out of it, and the accounts.

use std::sync::Arc;

use tokio::sync::futures::Notified;

#[cfg(feature = "store")]
use super::Restored;
use super::{Addressee, Burial, DeadReason, Death, Letter, LetterEvent, LetterId, NotImported, Refused};
#[cfg(feature = "store")]
use crate::delivery::journal::Journal;
use crate::{
    delivery::{
        clock::Moment,
        mail::{Mail, Refusal},
        mailbox::Mailbox,
        router::Router,
    },
    words::event::Erased,
};

impl Router {
    /// Keeps a delivery, already counted as dead, as a dead letter; a fatal one is not retried.
    pub(crate) fn bury(&self, daemon: u32, mail: Mail, death: Death, at: Moment) {
        if mail.letter.is_none() {
            let (event, event_id) = (mail.event.meta.name, mail.event.id);
            tracing::debug!(event, %event_id, reason = %death.reason, error = &*death.error(), "dead letter");
        }
        let emitted_at = at.wall_of(&mail.event);
        let burial = Burial { daemon, mail, death, at, emitted_at };
        self.count_lost(self.letters.bury(burial));
    }

    fn count_lost(&self, pushed_out: Vec<Letter>) {
        for letter in pushed_out {
            let event = letter.event.name();
            tracing::warn!(event, "there are too many dead letters; the oldest is discarded");
            self.count_discarded(&letter);
        }
    }

    /// Takes in letters that wait in the store, as far as there is room.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn recall_letters(&self) {
        let (Some(journal), Some(room)) = (&self.journal, self.letters.vacant()) else { return };
        let (asked, waiting) = (room.count, room.waiting);
        match journal.waiting_letters(room).await {
            Ok(letters) => self.count_lost(self.letters.take_in(letters, asked, waiting)),
            Err(error) => tracing::warn!(%error, "dead letters that wait in the store can't be read"),
        }
    }

    fn count_discarded(&self, letter: &Letter) {
        if let Some((mailbox, slot)) = self.mailbox_of(&letter.to) {
            let account = &mailbox.slots[usize::from(slot)].account;
            account.dead.sub(1);
            account.discarded.add(1);
        }
    }

    /// The mailbox of a handler, if this program has it, and its place there.
    fn mailbox_of(&self, to: &Addressee) -> Option<(&Arc<Mailbox>, u16)> {
        match to {
            Addressee::Handler { daemon, slot } => Some((self.mailboxes.get(*daemon as usize)?.as_ref()?, *slot)),
            Addressee::Gone(_) => None,
        }
    }

    /// Gives up one dead letter, and counts it.
    pub(crate) fn discard_letter(&self, id: LetterId) -> Result<(), Refused> {
        let discarded = self.letters.discard(id, self.clock.moment())?;
        self.count_discarded(&discarded);
        Ok(())
    }

    /// The event of a dead letter can be read after all, or its handler is there again, which owes it now.
    pub(crate) fn readdress_letter(&self, id: LetterId, event: LetterEvent, to: Addressee) -> Result<(), Refused> {
        let owed = self.mailbox_of(&to);
        let before = self.letters.readdress(id, event, to.clone())?;
        if let (None, Some((mailbox, slot))) = (self.mailbox_of(&before.to), owed) {
            mailbox.owe_dead(slot);
        }
        Ok(())
    }

    /// Removes the dead letters that `which` picks; those that were not settled are counted as discarded.
    pub(crate) fn purge_letters(&self, which: impl FnMut(&Letter) -> bool) -> Vec<Letter> {
        let purged = self.letters.purge(which);
        let live = purged.iter().filter(|letter| !letter.state.is_settled());
        live.for_each(|letter| self.count_discarded(letter));
        purged
    }

    /// Takes dead letters from elsewhere, all of them or none: those that are not settled are owed here now,
    /// and dead.
    pub(crate) fn import_letters(&self, letters: Vec<Letter>) -> Result<Vec<LetterId>, NotImported> {
        let live = letters.iter().filter(|letter| !letter.state.is_settled());
        let owed: Vec<_> = live.filter_map(|letter| self.mailbox_of(&letter.to)).collect();
        let ids = self.letters.import(letters)?;
        owed.into_iter().for_each(|(mailbox, slot)| mailbox.owe_dead(slot));
        Ok(ids)
    }

    /// Takes over the dead letters of an earlier process: those that are not settled are owed here, and dead.
    #[cfg(feature = "store")]
    pub(crate) fn restore_letters(&self, journal: &Arc<Journal>, restored: Restored) {
        let live = restored.letters.iter().filter(|(_, letter)| !letter.state.is_settled());
        let here = live.map(|(_, letter)| (letter.to.clone(), 1));
        let in_store = restored.in_store.iter().filter_map(|(place, count)| {
            let (daemon, slot) = (*place)?;
            Some((Addressee::Handler { daemon, slot }, *count))
        });
        for (to, count) in here.chain(in_store) {
            let Some((mailbox, slot)) = self.mailbox_of(&to) else { continue };
            (0..count).for_each(|_| mailbox.owe_dead(slot));
        }
        self.letters.attach(Arc::clone(journal), restored);
    }

    /// The oldest dead letters that are due and whose daemons run and have room, and whose handlers are not
    /// paused: others, however many, don't hold them up. None while nothing can be stored.
    pub(crate) fn due_letters(&self, limit: usize) -> Vec<LetterId> {
        if self.is_held_up() {
            // Many would fail again because of that.
            return Vec::new();
        }
        let can_be_taken = |letter: &Letter| {
            let to = self.mailbox_of(&letter.to);
            to.is_some_and(|(mailbox, slot)| refusal(mailbox, slot).is_none())
        };
        self.letters.due(self.clock.now_ms(), limit, can_be_taken)
    }

    /// Sends one dead letter to its own handler again, and to nobody else.
    pub(crate) fn retry_letter(&self, id: LetterId) -> Result<(), Refused> {
        let letter = self.letters.claim(id)?;
        let taken = self.post(id, &letter);
        if taken.is_err() {
            self.letters.cancel_retry(id);
        }
        taken
    }

    fn post(&self, id: LetterId, letter: &Letter) -> Result<(), Refused> {
        let (mailbox, slot, event) = self.deliverable(letter).ok_or(Refused::Undeliverable)?;
        if mailbox.breakers.is_paused(slot) {
            return Err(Refused::Paused);
        }
        if let (DeadReason::Interrupted, Some(journal)) = (letter.death.reason, &self.journal) {
            journal.begin_anew(letter);
        }
        let event = Arc::clone(event);
        Ok(mailbox.push_retry(Mail { event, slot, attempt: 0, letter: Some(id) })?)
    }

    /// What [`retry_letter`](Self::retry_letter) would say now.
    pub(crate) fn can_retry(&self, id: LetterId) -> Result<(), Refused> {
        let letter = self.letters.look(id)?;
        // A letter that was to be readdressed first has no handler yet, of which nothing can be said.
        let Some((mailbox, slot)) = self.mailbox_of(&letter.to) else { return Ok(()) };
        refusal(mailbox, slot).map_or(Ok(()), Err)
    }

    /// Resolves when there may be room for the retry of a letter; `None` when it has no mailbox.
    pub(crate) fn room_for(&self, id: LetterId) -> Option<Notified<'_>> {
        let letter = self.letters.get(id)?;
        Some(self.mailbox_of(&letter.to)?.0.room())
    }

    fn deliverable<'a>(&'a self, letter: &'a Letter) -> Option<(&'a Arc<Mailbox>, u16, &'a Arc<Erased>)> {
        let (mailbox, slot) = self.mailbox_of(&letter.to)?;
        match &letter.event {
            LetterEvent::Decoded(event) => Some((mailbox, slot, event)),
            LetterEvent::Undecoded(_) => None,
        }
    }
}

/// Why a handler would not be given a retry now.
fn refusal(mailbox: &Mailbox, slot: u16) -> Option<Refused> {
    let is_paused = mailbox.breakers.is_paused(slot);
    is_paused.then_some(Refused::Paused).or_else(|| mailbox.retry_refusal().map(Refused::from))
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Full | Refusal::FullAndHeld => Self::MailboxFull,
            Refusal::Ended => Self::NotRunning,
        }
    }
}
