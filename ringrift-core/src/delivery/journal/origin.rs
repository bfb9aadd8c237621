//! The stored delivery in whose handler events are emitted: when it runs again after a crash, it
//! emits the same events with the same ids, and none of them is delivered twice.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::{
    store::{Store, events::Cause, letters::Place},
    words::event::{Erased, EventId},
};

type Content = [u8; 32];

/// The handler and the event, as the store has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery {
    handler: i64,
    /// By its id in a letter from elsewhere, whose number is given out when it is written.
    event: Place,
}

impl Delivery {
    /// The numbers of both.
    pub(super) fn find(self, connection: &Connection) -> rusqlite::Result<(i64, i64)> {
        let event = self.event.find(connection)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        Ok((self.handler, event))
    }
}

/// One run of a handler for a stored event.
#[derive(Debug)]
pub(crate) struct Origin {
    event: EventId,
    pub(super) delivery: Delivery,
    pub(super) store: Arc<Store>,
    /// The journal's: set by the first effect.
    pub(super) has_effects: Arc<AtomicBool>,
    /// `daemon::handler`, which outlives the number.
    name: String,
    /// How often each content has been emitted in this run.
    emitted: Mutex<HashMap<Content, u32>>,
    /// The effects that were made in this run, each with its value.
    effects: Mutex<Vec<(String, String)>>,
}

impl Origin {
    pub(super) fn new(
        store: Arc<Store>,
        has_effects: Arc<AtomicBool>,
        event: &Erased,
        handler: i64,
        name: String,
    ) -> Self {
        let delivery = Delivery { handler, event: Place::of(event.seq(), event.id.to_bytes()) };
        Self {
            event: event.id,
            delivery,
            store,
            has_effects,
            name,
            emitted: Mutex::default(),
            effects: Mutex::default(),
        }
    }

    pub(super) fn effects(&self) -> MutexGuard<'_, Vec<(String, String)>> {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn cause(&self) -> Cause {
        Cause { event: self.event.to_bytes(), handler: self.delivery.handler }
    }

    /// The id of the next event of that content: the same in every run, and another for each content,
    /// and for each repetition within a run.
    pub(super) fn derive(&self, event: &str, payload: &str) -> EventId {
        let content = digest(&[event.as_bytes(), payload.as_bytes()]);
        let ordinal = {
            let mut emitted = self.emitted.lock().unwrap_or_else(PoisonError::into_inner);
            let count = emitted.entry(content).or_default();
            *count += 1;
            *count
        };
        let hash = digest(&[&self.event.to_bytes(), self.name.as_bytes(), &content, &ordinal.to_be_bytes()]);
        let mut first = [0; 16];
        first.copy_from_slice(&hash[..16]);
        EventId::from_bytes(uuid::Uuid::new_v8(first).into_bytes())
    }
}

/// Each part with its length, so that none can move into the next.
fn digest(parts: &[&[u8]]) -> Content {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{store::open::Opening, words::event::Envelope};

    #[crate::event("ORIGIN_PARENT")]
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Parent;

    fn of(parent: u8, name: &str) -> (Origin, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Opening::open(folder.path()).and_then(Opening::start).expect("a store");
        let mut event = Envelope::from_outside(Parent);
        Arc::get_mut(&mut event).expect("it is new").id = EventId::from_bytes([parent; 16]);
        let event: Arc<Erased> = event;
        (Origin::new(Arc::new(store), Arc::default(), &event, 3, name.to_owned()), folder)
    }

    fn run() -> (Origin, tempfile::TempDir) {
        of(7, "trainer::on_games")
    }

    #[test]
    fn a_second_run_emits_the_same_ids() {
        let ids = |(origin, _folder): (Origin, _)| ["a", "b", "a"].map(|payload| origin.derive("DONE", payload));
        assert_eq!(ids(run()), ids(run()));
    }

    #[test]
    fn equal_events_of_one_run_are_told_apart() {
        let (origin, _folder) = run();
        assert_ne!(origin.derive("DONE", "a"), origin.derive("DONE", "a"));
    }

    #[test]
    fn another_payload_type_handler_or_parent_is_another_id() {
        let first = run().0.derive("DONE", "a");
        assert_ne!(first, run().0.derive("DONE", "b"));
        assert_ne!(first, run().0.derive("GONE", "a"));
        assert_ne!(first, of(7, "trainer::on_model").0.derive("DONE", "a"));
        assert_ne!(first, of(8, "trainer::on_games").0.derive("DONE", "a"));
    }

    #[test]
    fn an_id_does_not_depend_on_the_order_of_other_events() {
        let ((one, _folder), (other, _other_folder)) = (run(), run());
        let first = one.derive("DONE", "a");
        other.derive("DONE", "b");
        assert_eq!(other.derive("DONE", "a"), first);
    }
}
