//! An event under way.

use std::{any::Any, fmt, sync::Arc};

use super::{
    event::{Event, EventId, EventMeta},
    stamp::Stamp,
};

/// An event under way: the payload with what the router needs to know of it.
///
/// In this order, so that what every delivery reads lies beside the count of its `Arc`, which it writes; and
/// no larger than that: with a small payload it is an allocation of the quick kind.
#[repr(C)]
pub struct Envelope<P: ?Sized = dyn Any + Send + Sync> {
    /// The identity, set when it is published.
    pub(crate) id: EventId,
    /// Its type.
    pub(crate) meta: &'static EventMeta,
    /// Which daemon emitted it, as its index in the runtime; [`OUTSIDE`] for none.
    pub(crate) emitter: u32,
    /// How many handlers stand between the first emit and this one.
    pub(crate) hops: u8,
    /// When it was published.
    pub(crate) emitted: Stamp,
    /// What few events have.
    pub(crate) rare: Option<Box<Rare>>,
    /// The payload.
    pub(crate) payload: P,
}

/// What few events have. Boxed, so that the others don't carry the size.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rare {
    /// The event in whose handler it was emitted.
    pub(crate) parent: Option<EventId>,
    /// Its place in the store; 0 when it is only in memory.
    pub(crate) seq: u64,
    /// When it was emitted, in milliseconds since 1970; of an event of the store.
    pub(crate) emitted: Option<i64>,
    /// Whether it is a copy, emitted again for one daemon.
    pub(crate) is_replay: bool,
}

/// The emitter of events that come from outside every daemon.
pub(crate) const OUTSIDE: u32 = u32::MAX;

/// An envelope whose payload is any event.
pub type Erased = Envelope<dyn Any + Send + Sync>;

impl<E: Event> Envelope<E> {
    pub(crate) fn new(payload: E, emitter: u32, hops: u8, parent: Option<EventId>) -> Arc<Self> {
        let rare = parent.map(|parent| Box::new(Rare { parent: Some(parent), ..Rare::default() }));
        let (id, emitted) = (EventId::default(), Stamp::default());
        Arc::new(Self { id, meta: E::meta(), emitter, hops, emitted, rare, payload })
    }

    pub(crate) fn from_outside(payload: E) -> Arc<Self> {
        Self::new(payload, OUTSIDE, 0, None)
    }
}

impl<P: ?Sized> Envelope<P> {
    /// Its place in the store; 0 when it is only in memory.
    #[inline]
    pub(crate) fn seq(&self) -> u64 {
        self.rare.as_ref().map_or(0, |rare| rare.seq)
    }

    /// The event in whose handler it was emitted.
    pub(crate) fn parent(&self) -> Option<EventId> {
        self.rare.as_ref().and_then(|rare| rare.parent)
    }

    /// Whether it is a copy, emitted again for one daemon.
    pub(crate) fn is_replay(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.is_replay)
    }

    pub(crate) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}

impl Erased {
    /// The payload as the type that the router's table promises.
    #[inline]
    pub fn payload<E: 'static>(&self) -> &E {
        self.payload.downcast_ref().expect("the router delivers by the type's own index")
    }
}

impl fmt::Debug for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").field("event", &self.meta.name).field("id", &self.id).finish_non_exhaustive()
    }
}
