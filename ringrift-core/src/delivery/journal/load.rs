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
        deliveries::{self, DeliveryState, Pending},
        error::StoreError,
        letter_rows::StoredLetter,
        millis, quarantine,
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
        let (rows, next) = rows(connection, self.handlers(), wanted)?;
        let mut loaded = Loaded { from: wanted.from, mail: Vec::new(), unreadable: Vec::new(), next };
        self.dead.clear();
        for (slot, row) in rows {
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

/// What was found, each with the handler's place; and from where on more is.
type Rows = (Vec<(u16, Pending)>, Option<u64>);

/// What its handlers are owed, by event and handler, whole events only; and from where on more is.
fn rows(connection: &Connection, handlers: &[i64], wanted: Wanted) -> rusqlite::Result<Rows> {
    let limit = wanted.room as usize;
    let mut rows = Vec::new();
    // Up to which event all is here.
    let mut until = i64::MAX;
    for (slot, handler) in handlers.iter().enumerate() {
        let page = deliveries::pending(connection, *handler, wanted.from as i64, limit)?;
        if let Some(last) = page.deliveries.last().filter(|_| page.is_cut) {
            until = until.min(last.seq);
        }
        rows.extend(page.deliveries.into_iter().map(|row| (slot as u16, row)));
    }
    rows.sort_by_key(|(slot, row)| (row.seq, *slot));
    let is_cut = until < i64::MAX;
    if let Some((_, last)) = rows.get(limit - 1) {
        until = until.min(last.seq);
    }
    let whole = rows.partition_point(|(_, row)| row.seq <= until);
    let is_more = is_cut || whole < rows.len();
    rows.truncate(whole);
    Ok((rows, is_more.then(|| until as u64 + 1)))
}
