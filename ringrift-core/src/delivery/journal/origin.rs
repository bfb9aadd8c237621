//! The stored delivery in whose handler events are emitted: when it runs again after a crash, it
//! emits the same events with the same ids, and none of them is delivered twice.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use crate::{store::events::Cause, words::event::EventId};

type Content = [u8; 32];

/// One run of a handler for a stored event.
#[derive(Debug)]
pub(crate) struct Origin {
    event: EventId,
    /// The handler, as the store numbers it.
    handler: i64,
    /// `daemon::handler`, which outlives the number.
    name: String,
    /// How often each content has been emitted in this run.
    emitted: Mutex<HashMap<Content, u32>>,
}

impl Origin {
    pub(crate) fn new(event: EventId, handler: i64, name: String) -> Self {
        Self { event, handler, name, emitted: Mutex::default() }
    }

    pub(crate) fn cause(&self) -> Cause {
        Cause { event: self.event.to_bytes(), handler: self.handler }
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

    fn run() -> Origin {
        Origin::new(EventId::from_bytes([7; 16]), 3, "trainer::on_games".to_owned())
    }

    #[test]
    fn a_second_run_emits_the_same_ids() {
        let ids = |origin: Origin| ["a", "b", "a"].map(|payload| origin.derive("DONE", payload));
        assert_eq!(ids(run()), ids(run()));
    }

    #[test]
    fn equal_events_of_one_run_are_told_apart() {
        let origin = run();
        assert_ne!(origin.derive("DONE", "a"), origin.derive("DONE", "a"));
    }

    #[test]
    fn another_payload_type_handler_or_parent_is_another_id() {
        let first = run().derive("DONE", "a");
        assert_ne!(first, run().derive("DONE", "b"));
        assert_ne!(first, run().derive("GONE", "a"));
        let other = Origin::new(EventId::from_bytes([7; 16]), 3, "trainer::on_model".to_owned());
        assert_ne!(first, other.derive("DONE", "a"));
        let other = Origin::new(EventId::from_bytes([8; 16]), 3, "trainer::on_games".to_owned());
        assert_ne!(first, other.derive("DONE", "a"));
    }

    #[test]
    fn an_id_does_not_depend_on_the_order_of_other_events() {
        let (one, other) = (run(), run());
        let first = one.derive("DONE", "a");
        other.derive("DONE", "b");
        assert_eq!(other.derive("DONE", "a"), first);
    }
}
