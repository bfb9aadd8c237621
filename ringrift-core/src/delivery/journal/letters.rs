//! Dead letters on their way to the disk, and back.
//!
//! A letter is written when it comes to be and at every change; nobody waits for it. Until it is on disk
//! the delivery of a durable event is still owed there, so a crash in between repeats it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::Journal;
use crate::{
    delivery::dead_letters::{Addressee, DeadReason, Emitter, Letter, LetterId, LetterState},
    store::{
        Write,
        deliveries::DeliveryState,
        effects,
        error::StoreError,
        events::StoredEvent,
        letters::{self, Address, Handler, Place},
        millis,
    },
    words::event::EventId,
};

/// What is written of a letter, besides its event and its handler. Times are milliseconds since 1970.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    #[serde(default)]
    pub(super) number: Option<LetterId>,
    pub(super) reason: DeadReason,
    pub(super) error_chain: Vec<String>,
    #[serde(default)]
    pub(super) panicked_at: Option<String>,
    #[serde(default)]
    pub(super) is_fatal: bool,
    #[serde(default)]
    pub(super) attempts: u32,
    #[serde(default)]
    pub(super) retries: u32,
    /// When it failed last.
    pub(super) failed: i64,
    #[serde(default)]
    pub(super) first_failed: Option<i64>,
    /// When the next retry is due.
    #[serde(default)]
    pub(super) due: i64,
    /// When it came into its state.
    #[serde(default)]
    pub(super) since: Option<i64>,
    #[serde(default)]
    pub(super) parent: Option<EventId>,
}

impl Journal {
    /// Writes a letter: a new one with its event, or a change of one that is there.
    pub(crate) fn keep(&self, number: LetterId, letter: &Letter, is_new: bool) {
        let state = match letter.state {
            LetterState::Pending => DeliveryState::Dead,
            LetterState::Exhausted => DeliveryState::Exhausted,
            LetterState::Recovered => DeliveryState::Done,
            LetterState::Discarded => DeliveryState::Discarded,
        };
        let record = serde_json::to_string(&self.record(number, letter));
        let record = record.unwrap_or_else(|error| unreachable!("texts and numbers are JSON: {error}"));
        let is_stored = letter.event.seq() != 0;
        self.write(letter, (is_new && !is_stored).then(|| self.row(letter)), state, Some(record));
    }

    /// A letter is none any more: its delivery is done, or else was given up.
    pub(crate) fn drop_letter(&self, letter: &Letter, is_done: bool) {
        let state = if is_done { DeliveryState::Done } else { DeliveryState::Discarded };
        self.write(letter, None, state, None);
    }

    /// A person has looked whether an effect was made, and wants it to begin anew.
    pub(crate) fn begin_anew(&self, letter: &Letter) {
        if let Handler::Number(handler) = self.handler_of(letter) {
            self.store.send(Box::new(Anew { delivery: (handler, letter.event.seq().cast_signed()) }));
        }
    }

    fn write(&self, letter: &Letter, row: Option<StoredEvent>, state: DeliveryState, record: Option<String>) {
        let event = match letter.event.seq() {
            0 => Place::Id(letter.event.id().to_bytes()),
            seq => Place::Number(seq.cast_signed()),
        };
        let address = Address { handler: self.handler_of(letter), event };
        let at = millis(letter.since);
        self.store.send(Box::new(Keep { address, row, state, record, at }));
    }

    fn handler_of(&self, letter: &Letter) -> Handler {
        let named = |daemon: &str, handler: &str| Handler::Named {
            daemon: daemon.to_owned(),
            handler: handler.to_owned(),
            event: letter.event.name().to_owned(),
        };
        match &letter.to {
            Addressee::Handler { daemon, slot } => {
                self.handler(*daemon, *slot).map_or_else(|| named("", ""), Handler::Number)
            }
            Addressee::Gone(gone) => named(&gone.daemon, &gone.handler),
        }
    }

    fn row(&self, letter: &Letter) -> StoredEvent {
        let emitter = match &letter.emitter {
            Emitter::Outside => None,
            Emitter::Daemon(index) => self.name(*index).map(str::to_owned),
            Emitter::Named(name) => Some(name.to_string()),
        };
        let id = letter.event.id().to_bytes();
        StoredEvent {
            id,
            event: letter.event.name().to_owned(),
            payload: letter.event.payload().to_string(),
            hops: letter.event.hops(),
            emitter,
            emitted: millis(letter.emitted_at),
            cause: None,
            // Of itself: it is here for its letter, and not for others.
            replay_of: Some(id),
        }
    }

    fn record(&self, number: LetterId, letter: &Letter) -> Record {
        let in_ms = letter.due_ms.saturating_sub(self.clock.now_ms());
        Record {
            number: Some(number),
            reason: letter.death.reason,
            error_chain: letter.death.error_chain.clone(),
            panicked_at: letter.death.panicked_at.clone(),
            is_fatal: letter.death.is_fatal,
            attempts: letter.attempts,
            retries: letter.retries,
            failed: millis(letter.last_failed),
            first_failed: Some(millis(letter.first_failed)),
            due: millis(self.clock.wall() + Duration::from_millis(in_ms)),
            since: Some(millis(letter.since)),
            parent: letter.event.parent(),
        }
    }
}

/// The time of day of a number of milliseconds.
pub(super) fn time(ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(ms.max(0).cast_unsigned())
}

struct Keep {
    address: Address,
    row: Option<StoredEvent>,
    state: DeliveryState,
    record: Option<String>,
    at: i64,
}

impl Write for Keep {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        letters::keep(connection, &self.address, self.row.as_ref(), self.state, self.record.as_deref(), self.at)
    }

    fn end(self: Box<Self>, result: Result<(), StoreError>) {
        if let Err(error) = result {
            tracing::error!(%error, "a dead letter can't be written: it ends with this process, and what is durable of it is repeated");
        }
    }

    fn is_kept(&self) -> bool {
        true
    }
}

struct Anew {
    delivery: (i64, i64),
}

impl Write for Anew {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        effects::begin_anew(connection, self.delivery)
    }

    fn end(self: Box<Self>, result: Result<(), StoreError>) {
        if let Err(error) = result {
            tracing::error!(%error, "an interrupted effect stays so");
        }
    }

    fn is_kept(&self) -> bool {
        true
    }
}
