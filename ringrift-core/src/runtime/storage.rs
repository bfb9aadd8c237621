//! The store of a runtime: opened before the first daemon starts, and closed after the last has ended.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::SystemTime};

use crate::{
    declaration::registry::{Entry, Registry},
    delivery::{
        clock::Clock,
        dead_letters::CAPACITY,
        journal::{
            Journal, Parts,
            recall::{DaemonHandlers, Known, Owed, recall, register},
        },
        router::Router,
    },
    store::{
        disabled, effects,
        error::OpenError,
        handlers::Declared,
        letter_rows::{self, StoredLetter},
        millis,
        open::Opening,
        unhandled::{self, Unhandled},
    },
    words::event::EventMeta,
};

/// A store that is open, and knows nothing yet of this program.
pub(super) struct OpenStore {
    opening: Opening,
    /// The daemons that an operator disabled.
    pub(super) disabled: BTreeSet<String>,
}

impl OpenStore {
    /// Opens the store of a folder.
    pub(super) fn open(folder: &Path) -> Result<Self, OpenError> {
        let mut opening = Opening::open(folder)?;
        let disabled = opening.prepare(disabled::all)?;
        Ok(Self { opening, disabled })
    }
}

/// A store that is open, and what an earlier process left in it.
pub(super) struct Storage {
    opening: Opening,
    events: Box<[&'static EventMeta]>,
    known: Box<[Known]>,
    owed: Owed,
    letters: Vec<StoredLetter>,
    /// How many letters each handler has that are not settled.
    live_letters: Vec<(i64, u64)>,
    last_number: u32,
    has_effects: bool,
    unhandled: Vec<Unhandled>,
}

impl Storage {
    /// Makes the handlers of the registry known to a store.
    pub(super) fn new(OpenStore { mut opening, .. }: OpenStore, registry: &Registry) -> Result<Self, OpenError> {
        let daemons: Vec<DaemonHandlers> = registry.daemons.iter().map(handlers).collect();
        let now = millis(SystemTime::now());
        let ((known, owed, again), unhandled, letters, live, has_effects) = opening.prepare(|connection| {
            let registered = register(connection, &daemons, now)?;
            let numbers: Vec<i64> = registered.0.iter().flat_map(|known| known.handlers.iter().copied()).collect();
            let unhandled = unhandled::bury(connection, &numbers, now)?;
            let letters = letter_rows::first(connection, CAPACITY)?;
            let live = (letter_rows::live(connection)?, letter_rows::last_number(connection)?);
            Ok((registered, unhandled, letters, live, effects::any(connection)?))
        })?;
        if again > 0 {
            opening.tell(format!("what became of {again} deliveries can't be told: they are owed again"));
        }
        let ((live_letters, last_number), events) = (live, registry.events.as_slice().into());
        Ok(Self { unhandled, letters, live_letters, last_number, has_effects, opening, events, known, owed })
    }

    /// Starts the writer, and leads the router's durable events through it.
    pub(super) fn attach(self, router: &mut Router, clock: &Arc<Clock>) -> Result<(), OpenError> {
        let waiting: u64 = self.owed.iter().map(|(_, _, count, _)| count).sum();
        let store = Arc::new(self.opening.start()?);
        if waiting > 0 {
            tracing::info!(waiting, file = %store.file().display(), "deliveries of an earlier process go on");
        }
        self.unhandled.iter().for_each(tell);
        recall(&router.mailboxes, &self.owed);
        let parts = Parts {
            store,
            clock: Arc::clone(clock),
            events: &self.events,
            mailboxes: &router.mailboxes,
            daemons: self.known,
            has_effects: self.has_effects,
            #[cfg(feature = "testing")]
            tap: Arc::clone(&router.tap),
        };
        let journal = Arc::new(Journal::new(parts));
        let restored = journal.restored_all(self.letters, &self.live_letters, self.last_number);
        router.restore_letters(&journal, restored);
        router.journal = Some(journal);
        Ok(())
    }
}

/// A handler that was renamed looks the same as one that was removed.
fn tell(Unhandled { daemon, handler, event, deliveries }: &Unhandled) {
    tracing::error!(
        daemon,
        handler,
        event,
        deliveries,
        "this program has no such handler any more: what it is owed are dead letters, and is delivered if it is there again"
    );
}

fn handlers(entry: &Entry) -> DaemonHandlers {
    let daemon = entry.ty.as_str();
    let declared = entry.spec.handlers.iter().map(|sub| {
        let meta = (sub.event)();
        Declared {
            daemon,
            handler: sub.handler,
            event: meta.name,
            aliases: meta.aliases,
            is_durable: meta.durable,
            from_oldest: sub.from_oldest,
        }
    });
    DaemonHandlers { daemon, handlers: declared.collect() }
}
