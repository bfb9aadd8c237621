//! From a row of the store to an event.

use std::sync::Arc;

use super::{Journal, restore::is_called};
use crate::{
    delivery::guard::catch,
    store::events::StoredEvent,
    words::{
        envelope::Rare,
        event::{Erased, EventId, EventMeta, MAX_DURABLE_PAYLOAD, OUTSIDE},
    },
};

impl Journal {
    /// The event of a row; `Err` says why its payload is not one of its type.
    pub(super) fn event(
        &self,
        meta: &'static EventMeta,
        seq: i64,
        stored: &StoredEvent,
    ) -> Result<Arc<Erased>, String> {
        if !is_called(meta, &stored.event) {
            return Err(format!("it is a `{}`, and not a `{}`", stored.event, meta.name));
        }
        if meta.durable && stored.payload.len() > MAX_DURABLE_PAYLOAD {
            return Err(format!(
                "its payload has {} bytes, and {MAX_DURABLE_PAYLOAD} is the most",
                stored.payload.len()
            ));
        }
        let payload = serde_json::from_str(&stored.payload).map_err(|error| error.to_string())?;
        // On the thread of the store, which a panic must not end.
        let decoded = catch(|| meta.decode(payload)).map_err(|panic| format!("its type panicked: {panic}"))?;
        let mut event = decoded.map_err(|error| error.to_string())?;
        let envelope = Arc::get_mut(&mut event).expect("it has just been made");
        envelope.id = EventId::from_bytes(stored.id);
        envelope.hops = stored.hops;
        *envelope.rare() = Rare {
            parent: stored.cause.map(|cause| EventId::from_bytes(cause.event)),
            seq: seq as u64,
            emitted: Some(stored.emitted),
            is_replay: stored.replay_of.is_some_and(|original| original != stored.id),
        };
        envelope.emitter = stored.emitter.as_deref().and_then(|name| self.index_of(name)).unwrap_or(OUTSIDE);
        Ok(event)
    }
}
