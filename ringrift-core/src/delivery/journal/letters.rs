//! Dead letters on their way to the disk, and back.
//!
//! A letter is written when it comes to be and at every change; nobody waits for it. Until it is on disk
//! the delivery of a durable event is still owed there, so a crash in between repeats it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::Journal;
use crate::{
    delivery::dead_letters::{Addressee, DeadReason, Emitter, Letter, LetterId, LetterState},
    store::{
        deliveries::DeliveryState,
        effects,
        error::StoreError,
        events::StoredEvent,
        letters::{self, Address, Handler, Place},
        millis,
    },
    words::event::EventId,
};

/// How many new letters of transient events may be on their way. Those of durable events need no bound: their handlers
/// wait for the store.
const LETTERS_ON_THEIR_WAY: usize = 4096;

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
    /// Whether another new letter of a transient event may be written.
    pub(crate) fn has_room_for_letters(&self) -> bool {
        Arc::strong_count(&self.letters_on_their_way) <= LETTERS_ON_THEIR_WAY
    }

    /// Writes a letter: a new one with its event, or a change of one that is there.
    pub(crate) fn write_letter(&self, number: LetterId, letter: &Letter, is_new: bool) {
        let is_stored = letter.event.seq() != 0;
        let row = (is_new && !is_stored).then(|| (self.row(letter), Arc::clone(&self.letters_on_their_way)));
        self.write(letter, row, state_of(letter), Some(self.record(number, letter)));
    }

    /// A letter is for a handler of this program now: one write, so that no crash finds it at both, or neither.
    pub(crate) fn readdress(&self, number: LetterId, before: &Letter, letter: &Letter) {
        let Handler::Number(to) = self.handler_of(letter) else { return };
        let (from, state) = (self.address_of(before), state_of(letter));
        let (record, at) = (self.record(number, letter), millis(letter.since));
        self.store.keep(
            move |connection| letters::readdress(connection, &from, to, state, &record, at),
            |error| tracing::error!(%error, "a dead letter of another handler can't be written: the next process has it as it was"),
        );
    }

    /// A letter is none any more: its delivery is done, or else was given up.
    pub(crate) fn drop_letter(&self, letter: &Letter, is_done: bool) {
        if !letter.event.is_durable() {
            // Nothing else is to be known of it, and there may be very many.
            let address = self.address_of(letter);
            let remove = move |connection: &Connection| letters::remove(connection, &address);
            let lost = "dead letters that are none any more can't be removed: the next process has them";
            return self.store.keep_one_of_many(remove, lost);
        }
        let state = if is_done { DeliveryState::Done } else { DeliveryState::Discarded };
        self.write(letter, None, state, None);
    }

    /// A person has looked whether an effect was made, and wants it to begin anew.
    pub(crate) fn begin_anew(&self, letter: &Letter) {
        let Address { handler: Handler::Number(handler), event } = self.address_of(letter) else { return };
        let begin_anew = move |connection: &Connection| match event.find(connection)? {
            Some(event) => effects::begin_anew(connection, (handler, event)),
            None => Ok(()),
        };
        self.store.keep(begin_anew, |error| tracing::error!(%error, "an interrupted effect stays so"));
    }

    /// A person has looked, and an effect was made. `Err` has the names of those that were cut off, if it is none of
    /// them.
    ///
    /// # Cancel safety
    /// Dropped after the first poll, it may or may not be kept.
    pub(crate) async fn effect_was_made(
        &self,
        letter: &Letter,
        name: &str,
        value: String,
    ) -> Result<Result<(), Vec<String>>, StoreError> {
        let Address { handler: Handler::Number(handler), event } = self.address_of(letter) else {
            return Ok(Err(Vec::new()));
        };
        let name = name.to_owned();
        let settle = move |connection: &Connection| match event.find(connection)? {
            Some(event) => effects::settle(connection, (handler, event), &name, &value),
            None => Ok(Err(Vec::new())),
        };
        self.store.run(settle).await
    }

    fn write(&self, letter: &Letter, row: Option<NewRow>, state: DeliveryState, record: Option<String>) {
        let address = self.address_of(letter);
        let at = millis(letter.since);
        let put = move |connection: &Connection| {
            let event = row.as_ref().map(|(row, _)| row);
            letters::put(connection, &address, event, state, record.as_deref(), at)
        };
        self.store.keep_one_of_many(put, "dead letters can't be written: those of transient events end with this process, of others the next process repeats the delivery");
    }

    fn address_of(&self, letter: &Letter) -> Address {
        let event = Place::of(letter.event.seq(), letter.event.id().to_bytes());
        Address { handler: self.handler_of(letter), event }
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
            Addressee::Gone(gone) => letter.handler.map_or_else(|| named(&gone.daemon, &gone.handler), Handler::Number),
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

    /// As JSON.
    fn record(&self, number: LetterId, letter: &Letter) -> String {
        let in_ms = letter.due_ms.saturating_sub(self.clock.now_ms());
        let record = Record {
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
        };
        let record = serde_json::to_string(&record);
        record.unwrap_or_else(|error| unreachable!("texts and numbers are JSON: {error}"))
    }
}

fn state_of(letter: &Letter) -> DeliveryState {
    match letter.state {
        LetterState::Pending => DeliveryState::Dead,
        LetterState::Exhausted => DeliveryState::Exhausted,
        LetterState::Recovered => DeliveryState::Done,
        LetterState::Discarded => DeliveryState::Discarded,
    }
}

/// The time of day of a number of milliseconds.
pub(super) fn time(ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(ms.max(0).cast_unsigned())
}

/// The event of a new letter, and its share of the bound.
type NewRow = (StoredEvent, Arc<()>);
