//! Finds what a dead letter from elsewhere is about in this program: its event, its handler.

use std::sync::Arc;

use super::{DeadLetter, DeadLetterOffice};
use crate::{
    delivery::dead_letters::{Addressee, Emitter, GoneHandler, LetterEvent, UndecodedEvent},
    words::event::{EventId, EventMeta, MAX_DURABLE_PAYLOAD},
};

/// An event and its handler as they are written down.
pub(super) struct Written<'a> {
    pub(super) event: &'a str,
    pub(super) id: EventId,
    /// Its number in the store; 0 for one from elsewhere.
    pub(super) seq: u64,
    pub(super) hops: u8,
    pub(super) parent: Option<EventId>,
    pub(super) payload: &'a serde_json::Value,
    pub(super) daemon: &'a str,
    pub(super) handler: &'a str,
}

impl DeadLetterOffice {
    /// The handler of that name, if it handles that event in this program.
    pub(super) fn addressee(&self, written: &Written<'_>) -> Option<Addressee> {
        let record = self.world().records.iter().find(|record| record.ty.as_str() == written.daemon)?;
        let meta = self.event_of(written)?;
        let is_it =
            |slot: &crate::delivery::slot::Slot| slot.handler == written.handler && std::ptr::eq(slot.event, meta);
        let slot = record.mailbox.as_ref()?.slots.iter().position(is_it)?;
        Some(Addressee::Handler { daemon: record.index, slot: slot as u16 })
    }

    fn event_of(&self, written: &Written<'_>) -> Option<&'static EventMeta> {
        self.inner.registry.event(written.event)
    }

    /// Whether it is a durable event that could not have been emitted.
    pub(super) fn is_too_large(&self, written: &Written<'_>) -> bool {
        let is_durable = self.event_of(written).is_some_and(|meta| meta.durable);
        is_durable && written.payload.to_string().len() > MAX_DURABLE_PAYLOAD
    }

    /// The event, decoded; `None` when this program has no event of that name.
    pub(super) fn decoded(&self, written: &Written<'_>) -> Option<Result<LetterEvent, serde_json::Error>> {
        let decoded = self.event_of(written)?.decode(written.payload.clone());
        let decoded = decoded.map(|mut event| {
            let envelope = Arc::get_mut(&mut event).expect("it was made just now");
            (envelope.id, envelope.hops) = (written.id, written.hops);
            if written.parent.is_some() || written.seq != 0 {
                let rare = envelope.rare();
                (rare.parent, rare.seq) = (written.parent, written.seq);
            }
            LetterEvent::Decoded(event)
        });
        Some(decoded)
    }

    /// The daemon of that name as an emitter.
    pub(super) fn emitter(&self, name: Option<&str>) -> Emitter {
        let Some(name) = name else { return Emitter::Outside };
        let record = self.world().records.iter().find(|record| record.ty.as_str() == name);
        record.map_or_else(|| Emitter::Named(name.into()), |record| Emitter::Daemon(record.index))
    }
}

impl<'a> Written<'a> {
    pub(super) fn of(shown: &'a DeadLetter) -> Self {
        Self {
            event: &shown.event,
            id: shown.event_id,
            seq: 0,
            hops: shown.headers.hops,
            parent: shown.headers.parent,
            payload: &shown.payload,
            daemon: &shown.daemon,
            handler: &shown.handler,
        }
    }

    pub(super) fn undecoded(&self) -> LetterEvent {
        LetterEvent::Undecoded(Arc::new(UndecodedEvent {
            name: self.event.to_owned(),
            id: self.id,
            seq: self.seq,
            hops: self.hops,
            parent: self.parent,
            payload: self.payload.clone(),
        }))
    }

    pub(super) fn gone(&self) -> Addressee {
        let (daemon, handler) = (self.daemon.to_owned(), self.handler.to_owned());
        Addressee::Gone(Arc::new(GoneHandler { daemon, handler }))
    }
}
