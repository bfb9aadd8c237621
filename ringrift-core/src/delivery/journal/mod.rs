//! Durable events: on disk before their emit returns, and until each handler has settled them.
//!
//! An emit appends the event and what each handler is owed in one transaction. Once that is on disk
//! the writer's own thread pushes the event into the mailboxes, so they see durable events in the
//! order of the store. A handler's Ok is acknowledged without waiting: until that is on disk too, a
//! crash only means that the handler runs again.

mod append;
mod audit;
mod decode;
mod disabled;
mod effects;
mod letters;
mod load;
mod origin;
mod prune;
pub(crate) mod recall;
pub(crate) mod replay;
mod restore;

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

pub(crate) use self::origin::Origin;
use self::{append::Append, load::Load, recall::Known};
use super::{
    clock::Clock,
    dead_letters::DeadLetters,
    emit::EmitError,
    mailbox::{Mailbox, stored::Wanted},
};
use crate::{
    store::{Store, answered, error::StoreError, millis, settled::Settled},
    words::{
        daemon_type::DaemonType,
        event::{Erased, EventMeta, OUTSIDE},
    },
};

/// The way of one runtime's events through its store.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<Clock>,
    /// Whose turn it is to update a daemon's state.
    turns: Mutex<HashMap<(DaemonType, &'static str), Turn>>,
    /// The events that the runtime knows.
    events: Box<[&'static EventMeta]>,
    /// By their index.
    routes: Box<[Route]>,
    /// By the index of the daemon.
    daemons: Box<[Known]>,
    /// Held by each new letter of a transient event until it is written: so many are on their way, and one more.
    letters_on_their_way: Arc<()>,
    /// Whether `once` was ever called: else an acknowledgement has no effects to forget.
    has_effects: Arc<AtomicBool>,
    #[cfg(feature = "testing")]
    tap: Arc<super::tap::Tap>,
}

/// Held while a daemon updates a state.
type Turn = Arc<tokio::sync::Mutex<()>>;

#[derive(Debug, Default)]
struct Route {
    emitted: AtomicU64,
    pruned: AtomicU64,
    subscribers: Vec<Subscriber>,
}

#[derive(Debug)]
struct Subscriber {
    mailbox: Arc<Mailbox>,
    daemon: u32,
    slot: u16,
    handler: i64,
}

/// What a journal is made of.
pub(crate) struct Parts<'a> {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) events: &'a [&'static EventMeta],
    pub(crate) mailboxes: &'a [Option<Arc<Mailbox>>],
    pub(crate) daemons: Box<[Known]>,
    pub(crate) has_effects: bool,
    #[cfg(feature = "testing")]
    pub(crate) tap: Arc<super::tap::Tap>,
}

impl Journal {
    pub(crate) fn new(parts: Parts<'_>) -> Self {
        let mut routes: Vec<Route> = Vec::new();
        let known = parts.events.iter().map(|meta| meta.index() + 1).max().unwrap_or_default();
        routes.resize_with(known, Route::default);
        for (daemon, (mailbox, known)) in parts.mailboxes.iter().zip(&parts.daemons).enumerate() {
            let Some(mailbox) = mailbox else { continue };
            for (slot, (own, handler)) in mailbox.slots.iter().zip(&known.handlers).enumerate() {
                let index = own.event.index();
                if routes.len() <= index {
                    routes.resize_with(index + 1, Route::default);
                }
                let mailbox = Arc::clone(mailbox);
                let subscriber = Subscriber { mailbox, daemon: daemon as u32, slot: slot as u16, handler: *handler };
                routes[index].subscribers.push(subscriber);
            }
        }
        Self {
            store: parts.store,
            clock: parts.clock,
            turns: Mutex::default(),
            events: parts.events.into(),
            routes: routes.into(),
            daemons: parts.daemons,
            letters_on_their_way: Arc::default(),
            has_effects: Arc::new(AtomicBool::new(parts.has_effects)),
            #[cfg(feature = "testing")]
            tap: parts.tap,
        }
    }

    /// Stores an event, and pushes it to its subscribers once it is on disk.
    ///
    /// # Cancel safety
    /// Dropped after its first poll, the event may or may not be emitted.
    pub(crate) async fn emit(
        self: Arc<Self>,
        event: Arc<Erased>,
        origin: Option<Arc<Origin>>,
    ) -> Result<(), EmitError> {
        let name = event.meta.name;
        let (append, derived) = Append::new(Arc::clone(&self), event, origin.as_deref())?;
        self.store.room().await;
        let (append, outcome) = append.answered();
        self.store.send(Box::new(append));
        answered(outcome).await.map_err(|error| {
            if let Some((origin, derived)) = origin.zip(derived) {
                origin.give_back(&derived);
                origin.note_refused(&error);
            }
            refused(name, error)
        })
    }

    /// Loads what waits in the store for a mailbox, as far as it finds room; of what can't be read there
    /// are `letters`.
    ///
    /// # Cancel safety
    /// Dropped, what is under way is still loaded.
    pub(crate) async fn load(
        self: &Arc<Self>,
        letters: &Arc<DeadLetters>,
        (daemon, mailbox): (u32, &Arc<Mailbox>),
    ) -> Result<(), StoreError> {
        let (load, outcome) = Load::new(Arc::clone(self), Arc::clone(letters), (daemon, Arc::clone(mailbox)));
        // Behind all that is settled and not yet written, which would be loaded again.
        self.store.send(Box::new(load));
        answered(outcome).await
    }

    /// A delivery has come to an end; not waited for, since nobody is worse off when it is repeated.
    pub(crate) fn settle(&self, daemon: u32, slot: u16, seq: u64) {
        let Some(handler) = self.handler(daemon, slot) else { return };
        let (at, has_effects) = (millis(self.clock.wall()), self.has_effects.load(Relaxed));
        self.store.settle(Settled { delivery: (handler, seq as i64), has_effects, at });
    }

    /// Resolves once the store has room for more: whoever settles much waits here, and not for the disk.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn room(&self) {
        self.store.room().await;
    }

    /// Waits until all that was handed in is on disk, and lets go of the file.
    pub(crate) async fn close(&self) {
        self.store.close().await;
    }

    /// The file of the store.
    pub(crate) fn file(&self) -> &Path {
        self.store.file()
    }

    /// What was damaged when the store was opened.
    pub(crate) fn damage(&self) -> &[String] {
        self.store.damage()
    }

    /// What keeps durable events from being taken, if anything does.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.store.health().trouble().map(|error| error.to_string())
    }

    /// Whether it is not written now, and will be again by itself.
    pub(crate) fn is_held_up(&self) -> bool {
        self.store.health().is_held_up()
    }

    /// Held while a daemon updates a state.
    pub(crate) fn turn(&self, daemon: DaemonType, name: &'static str) -> Turn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry((daemon, name)).or_default())
    }

    /// What a handler's events come from, when it runs for an event of the store.
    pub(crate) fn origin(&self, daemon: u32, slot: u16, mailbox: &Mailbox, event: &Erased) -> Arc<Origin> {
        let name = format!("{}::{}", self.name(daemon).unwrap_or_default(), mailbox.slots[usize::from(slot)].handler);
        let handler = self.handler(daemon, slot).unwrap_or_default();
        let (store, has_effects) = (Arc::clone(&self.store), Arc::clone(&self.has_effects));
        Arc::new(Origin::new(store, has_effects, event, handler, name))
    }

    fn handler(&self, daemon: u32, slot: u16) -> Option<i64> {
        self.daemons.get(daemon as usize)?.handlers.get(usize::from(slot)).copied()
    }

    /// The name of a daemon; `None` for outside.
    fn name(&self, daemon: u32) -> Option<&'static str> {
        (daemon != OUTSIDE).then(|| self.daemons.get(daemon as usize).map(|known| known.daemon))?
    }

    fn index_of(&self, name: &str) -> Option<u32> {
        self.daemons.iter().position(|known| known.daemon == name).map(|index| index as u32)
    }

    /// How many events of a type it has taken.
    pub(crate) fn emitted(&self, meta: &EventMeta) -> u64 {
        self.routes.get(meta.index()).map_or(0, |route| route.emitted.load(Relaxed))
    }
}

fn refused(event: &'static str, error: StoreError) -> EmitError {
    match error {
        StoreError::Full => EmitError::StorageFull { event },
        StoreError::Closed => EmitError::Stopped { event },
        StoreError::Busy | StoreError::Failed(_) | StoreError::Gone(_) | StoreError::Refused(_) => {
            EmitError::StorageFailed { event, cause: error.to_string() }
        }
    }
}
