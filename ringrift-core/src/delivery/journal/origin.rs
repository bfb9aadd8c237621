//! The stored delivery in whose handler events are emitted: when it runs again after a crash, it
//! emits the same events with the same ids, and none of them is delivered twice.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::{
    store::{Store, error::StoreError, events::Cause, letters::Place},
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

/// The ordinals of one content: equal events of a run are told apart by theirs.
#[derive(Debug, Default)]
struct Ordinals {
    last: u32,
    /// Of emits that were refused.
    free: BTreeSet<u32>,
}

impl Ordinals {
    fn take(&mut self) -> u32 {
        self.free.pop_first().unwrap_or_else(|| {
            self.last += 1;
            self.last
        })
    }
}

/// What was given to an event of a handler: its id, and what goes back if it is not emitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Derived {
    pub(super) id: EventId,
    content: Content,
    ordinal: u32,
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
    /// What was emitted in this run, by its content.
    emitted: Mutex<HashMap<Content, Ordinals>>,
    /// The names of the effects of this run.
    effects: Mutex<HashSet<String>>,
    /// Whether the store refused something of it that it takes again by itself.
    was_refused: AtomicBool,
    /// Whether it was told that an earlier run was cut off in an effect.
    was_interrupted: AtomicBool,
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
            was_refused: AtomicBool::new(false),
            was_interrupted: AtomicBool::new(false),
        }
    }

    pub(super) fn effects(&self) -> MutexGuard<'_, HashSet<String>> {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `daemon::handler`.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn event(&self) -> EventId {
        self.event
    }

    pub(crate) fn cause(&self) -> Cause {
        Cause { event: self.event.to_bytes(), handler: self.delivery.handler }
    }

    /// The id of the next event of that content: the same in every run, and another for each content,
    /// and for each repetition within a run.
    pub(super) fn derive(&self, event: &str, payload: &str) -> Derived {
        let content = digest(&[event.as_bytes(), payload.as_bytes()]);
        let ordinal = self.emitted().entry(content).or_default().take();
        let hash = digest(&[&self.event.to_bytes(), self.name.as_bytes(), &content, &ordinal.to_be_bytes()]);
        let mut first = [0; 16];
        first.copy_from_slice(&hash[..16]);
        Derived { id: EventId::from_bytes(uuid::Uuid::new_v8(first).into_bytes()), content, ordinal }
    }

    /// The event was not emitted after all. When the handler emits it again, that is the same one: so
    /// it is in a run that meets no refusal.
    pub(super) fn give_back(&self, derived: &Derived) {
        self.emitted().entry(derived.content).or_default().free.insert(derived.ordinal);
    }

    /// The run has asked for something that the store refused.
    pub(crate) fn note_refused(&self, error: &StoreError) {
        self.was_refused.fetch_or(error.may_pass(), Relaxed);
    }

    pub(crate) fn note_interrupted(&self) {
        self.was_interrupted.store(true, Relaxed);
    }

    pub(crate) fn was_interrupted(&self) -> bool {
        self.was_interrupted.load(Relaxed)
    }

    /// Whether the run was refused what the store takes again by itself. Noted here: an error that its handler made
    /// of that need not tell.
    pub(crate) fn was_refused(&self) -> bool {
        self.was_refused.load(Relaxed)
    }

    fn emitted(&self) -> MutexGuard<'_, HashMap<Content, Ordinals>> {
        self.emitted.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn a_derived_id_is_a_uuid_of_version_8() {
        let id = run().0.derive("DONE", "a").id;
        assert_eq!(uuid::Uuid::from_bytes(id.to_bytes()).get_version_num(), 8);
    }

    #[test]
    fn a_second_run_emits_the_same_ids() {
        let ids = |(origin, _folder): (Origin, _)| ["a", "b", "a"].map(|payload| origin.derive("DONE", payload).id);
        assert_eq!(ids(run()), ids(run()));
    }

    #[test]
    fn equal_events_of_one_run_are_told_apart() {
        let (origin, _folder) = run();
        assert_ne!(origin.derive("DONE", "a").id, origin.derive("DONE", "a").id);
    }

    #[test]
    fn another_payload_type_handler_or_parent_is_another_id() {
        let first = run().0.derive("DONE", "a").id;
        assert_ne!(first, run().0.derive("DONE", "b").id);
        assert_ne!(first, run().0.derive("GONE", "a").id);
        assert_ne!(first, of(7, "trainer::on_model").0.derive("DONE", "a").id);
        assert_ne!(first, of(8, "trainer::on_games").0.derive("DONE", "a").id);
    }

    #[test]
    fn an_id_does_not_depend_on_the_order_of_other_events() {
        let ((one, _folder), (other, _other_folder)) = (run(), run());
        let first = one.derive("DONE", "a").id;
        other.derive("DONE", "b");
        assert_eq!(other.derive("DONE", "a").id, first);
    }

    #[test]
    fn what_was_refused_and_is_emitted_again_is_the_same_event() {
        let (origin, _folder) = run();
        let [first, refused, third] = [(); 3].map(|()| origin.derive("DONE", "a"));
        origin.give_back(&refused);
        assert_eq!(origin.derive("DONE", "a").id, refused.id);
        let next = origin.derive("DONE", "a").id;
        assert!([first.id, refused.id, third.id].iter().all(|id| *id != next));
    }
}
