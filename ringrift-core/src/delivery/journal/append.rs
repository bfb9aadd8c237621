//! The write of one durable event.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    Journal, Route,
    origin::{Derived, Origin},
};
use crate::{
    delivery::{emit::EmitError, mail::Mail},
    store::{Write, deliveries, error::StoreError, events, events::StoredEvent, millis},
    words::event::{Erased, EventId, EventMeta, MAX_DURABLE_PAYLOAD},
};

type Outcome = Result<(), StoreError>;

/// The deepest that the reader of JSON goes down.
const DEEPEST: usize = 127;

/// How many arrays and objects are open at once, at most, in a text of JSON.
fn depth(json: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => open += 1,
            b']' | b'}' if !is_text => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// One durable event on its way to the disk, and from there into the mailboxes.
pub(super) struct Append {
    journal: Arc<Journal>,
    event: Arc<Erased>,
    row: StoredEvent,
    /// The subscribers that are owed it, as they were when it was written.
    owed: Vec<usize>,
    /// Its place in the store; `None` for one that is there already.
    seq: Option<u64>,
    /// The one daemon that gets it: of a replay.
    only: Option<u32>,
    done: Option<oneshot::Sender<Outcome>>,
}

impl Append {
    /// An event that is emitted now, with what its handler's run gave to it.
    pub(super) fn new(
        journal: Arc<Journal>,
        mut event: Arc<Erased>,
        origin: Option<&Origin>,
    ) -> Result<(Self, Option<Derived>), EmitError> {
        let meta = event.meta;
        let encoded = meta.encode_text(&event);
        let payload = encoded.map_err(|error| EmitError::NotEncoded { event: meta.name, cause: error.to_string() })?;
        if payload.len() > MAX_DURABLE_PAYLOAD {
            return Err(EmitError::TooLarge { event: meta.name, bytes: payload.len() });
        }
        if depth(&payload) > DEEPEST {
            let cause = format!("its payload is nested deeper than {DEEPEST} levels, and could not be read again");
            return Err(EmitError::NotEncoded { event: meta.name, cause });
        }
        let emitted = millis(journal.clock.wall());
        let derived = origin.map(|origin| origin.derive(meta.name, &payload));
        let id = derived.map_or_else(new_id, |derived| derived.id);
        let envelope = Arc::get_mut(&mut event).expect("an event is shared only after it has its id");
        envelope.id = id;
        envelope.rare().emitted = Some(emitted);
        let row = StoredEvent {
            id: id.to_bytes(),
            event: meta.name.to_owned(),
            payload,
            hops: event.hops,
            emitter: journal.name(event.emitter).map(str::to_owned),
            emitted,
            cause: origin.map(Origin::cause),
            replay_of: None,
        };
        Ok((Self { journal, event, row, owed: Vec::new(), seq: None, only: None, done: None }, derived))
    }

    /// A copy of a stored event, for one daemon.
    pub(super) fn replay(
        journal: Arc<Journal>,
        meta: &'static EventMeta,
        stored: StoredEvent,
        only: u32,
    ) -> Result<Self, String> {
        let id = new_id();
        let emitted = millis(journal.clock.wall());
        let row = StoredEvent {
            id: id.to_bytes(),
            event: meta.name.to_owned(),
            emitted,
            cause: None,
            replay_of: Some(stored.id),
            ..stored
        };
        let event = journal.event(meta, 0, &row)?;
        Ok(Self { journal, event, row, owed: Vec::new(), seq: None, only: Some(only), done: None })
    }

    /// With the way to hear how it ended.
    pub(super) fn answered(mut self) -> (Self, oneshot::Receiver<Outcome>) {
        let (done, outcome) = oneshot::channel();
        self.done = Some(done);
        (self, outcome)
    }

    fn route(&self) -> Option<&Route> {
        self.journal.routes.get(self.event.meta.index())
    }

    /// It is on disk: it has its place, and its subscribers get it.
    fn push(&mut self, seq: u64) {
        let envelope = Arc::get_mut(&mut self.event).expect("it is shared only after it is on disk");
        envelope.rare().seq = seq;
        #[cfg(feature = "testing")]
        self.journal.tap.note(&self.event);
        let Some(route) = self.route() else { return };
        route.emitted.fetch_add(1, Relaxed);
        for subscriber in self.owed.iter().filter_map(|index| route.subscribers.get(*index)) {
            let event = Arc::clone(&self.event);
            subscriber.mailbox.push_stored(Mail { event, slot: subscriber.slot, attempt: 0, letter: None });
        }
    }
}

impl Write for Append {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.owed.clear();
        let (seq, is_new) = events::append(connection, &self.row)?;
        self.seq = is_new.then_some(seq as u64);
        if !is_new {
            return Ok(());
        }
        let mut owed = Vec::new();
        for (index, subscriber) in self.route().iter().flat_map(|route| route.subscribers.iter()).enumerate() {
            let is_meant = self.only.is_none_or(|only| only == subscriber.daemon);
            if is_meant && subscriber.mailbox.is_owed() {
                deliveries::owe(connection, subscriber.handler, seq, self.row.emitted)?;
                owed.push(index);
            }
        }
        self.owed = owed;
        Ok(())
    }

    /// It has an event of its own.
    fn sees_settled(&self) -> bool {
        false
    }

    fn end(mut self: Box<Self>, result: Outcome) {
        if let (Ok(()), Some(seq)) = (&result, self.seq) {
            self.push(seq);
        }
        if let Some(done) = self.done.take() {
            // Whoever emitted it may have gone.
            _ = done.send(result);
        }
    }
}

/// The id of an event that no stored delivery caused.
fn new_id() -> EventId {
    EventId::from_bytes(uuid::Uuid::now_v7().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::new_id;

    #[test]
    fn an_id_is_a_uuid_that_sorts_by_time() {
        let first = new_id();
        let id = uuid::Uuid::from_bytes(first.to_bytes());
        assert_eq!(id.get_version_num(), 7);
        assert!(new_id() > first);
    }
}
