//! Loads what waits in the store into a mailbox, in the order of the store.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{Journal, Wanted};
use crate::{
    delivery::{
        dead_letters::{DeadLetters, Letter},
        mail::Mail,
        mailbox::{Mailbox, stored::Loaded},
    },
    store::{
        Write,
        deliveries::DeliveryState,
        error::StoreError,
        letter_rows::StoredLetter,
        millis,
        owed::{self, Pending},
        quarantine,
    },
};

/// One load on its way. It goes through the writer, so that it sees all that was settled before it,
/// and nothing that is pushed after it.
pub(super) struct Load {
    journal: Arc<Journal>,
    daemon: u32,
    mailbox: Arc<Mailbox>,
    letters: Arc<DeadLetters>,
    loaded: Option<Loaded>,
    /// The letters of those that can't be read.
    dead: Vec<Letter>,
    done: oneshot::Sender<Outcome>,
}

type Outcome = Result<(), StoreError>;

impl Load {
    pub(super) fn new(
        journal: Arc<Journal>,
        letters: Arc<DeadLetters>,
        (daemon, mailbox): (u32, Arc<Mailbox>),
    ) -> (Self, oneshot::Receiver<Outcome>) {
        let (done, outcome) = oneshot::channel();
        (Self { journal, daemon, mailbox, letters, loaded: None, dead: Vec::new(), done }, outcome)
    }

    fn handlers(&self) -> &[i64] {
        self.journal.daemons.get(self.daemon as usize).map_or(&[], |known| &known.handlers)
    }

    fn read(&mut self, connection: &Connection, wanted: Wanted) -> rusqlite::Result<Loaded> {
        let (rows, next) = owed::rows(connection, self.handlers(), wanted.from, wanted.room)?;
        let mut loaded = Loaded { from: wanted.from, mail: Vec::new(), unreadable: Vec::new(), next };
        self.dead.clear();
        let in_memory = self.mailbox.in_memory();
        for (slot, row) in rows {
            if in_memory.contains(&(row.seq as u64, slot)) {
                // Its handler has it, whatever can be read of it.
                continue;
            }
            let meta = self.mailbox.slots[usize::from(slot)].event;
            let event = row.event.as_ref().map_err(Clone::clone);
            match event.and_then(|stored| self.journal.event(meta, row.seq, stored)) {
                Ok(event) => loaded.mail.push(Mail { event, slot, attempt: 0, letter: None }),
                Err(reason) => {
                    let now = millis(self.journal.clock.wall());
                    let letter = quarantine::delivery(connection, (row.handler, row.seq), &reason, now)?;
                    self.dead.push(self.letter(slot, row, letter));
                    loaded.unreadable.push(slot);
                }
            }
        }
        Ok(loaded)
    }
}

impl Load {
    fn letter(&self, slot: u16, row: Pending, letter: String) -> Letter {
        let stored = StoredLetter {
            handler: row.handler,
            daemon_name: self.journal.name(self.daemon).unwrap_or_default().to_owned(),
            handler_name: self.mailbox.slots[usize::from(slot)].handler.to_owned(),
            seq: row.seq,
            state: DeliveryState::Exhausted,
            event: row.event,
            letter: Ok(letter),
        };
        self.journal.restored(stored).1
    }
}

impl Write for Load {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let wanted = self.mailbox.wanted();
        self.loaded = None;
        if let Some(wanted) = wanted {
            self.loaded = Some(self.read(connection, wanted)?);
        }
        Ok(())
    }

    fn end(self: Box<Self>, result: Outcome) {
        let mut this = *self;
        if let (Ok(()), Some(loaded)) = (&result, this.loaded.take())
            && this.mailbox.load(loaded)
        {
            this.dead.into_iter().for_each(|letter| this.letters.adopt(letter));
        }
        // The daemon may have ended meanwhile.
        _ = this.done.send(result);
    }
}
