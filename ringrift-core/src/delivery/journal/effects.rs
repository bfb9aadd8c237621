//! The effects of one run of a handler: what `cx.once` writes.

use std::sync::atomic::Ordering::Relaxed;

use rusqlite::Connection;

use super::{Origin, origin::Delivery};
use crate::store::{
    Write,
    effects::{self, Effect},
    error::StoreError,
};

impl Origin {
    /// Whether an effect is to be made now; that it begins is on disk then.
    pub(crate) async fn begin(&self, name: &str) -> Result<Effect, StoreError> {
        // Before the handler can return, and be acknowledged.
        self.has_effects.store(true, Relaxed);
        let (delivery, name) = (self.delivery, name.to_owned());
        self.store.run(move |connection| effects::begin(connection, delivery.find(connection)?, &name)).await
    }

    /// An effect was made. It is written with the end of its delivery.
    pub(crate) fn done(&self, name: &str, value: String) {
        self.effects().push((name.to_owned(), value));
    }

    /// An effect failed, and may be tried again.
    pub(crate) fn undo(&self, name: &str) {
        self.store.send(Box::new(Undo { delivery: self.delivery, name: name.to_owned() }));
    }
}

impl Drop for Origin {
    /// Behind the acknowledgement, which forgets all effects. Where there is none, because the handler
    /// failed or was cut off, those that were made are known when it runs again.
    fn drop(&mut self) {
        let done = std::mem::take(&mut *self.effects());
        if !done.is_empty() {
            self.store.send(Box::new(Done { delivery: self.delivery, effects: done }));
        }
    }
}

struct Done {
    delivery: Delivery,
    effects: Vec<(String, String)>,
}

impl Write for Done {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let delivery = self.delivery.find(connection)?;
        self.effects.iter().try_for_each(|(name, value)| effects::done(connection, delivery, name, value))
    }

    fn end(self: Box<Self>, result: Result<(), StoreError>) {
        unwritten("made", result);
    }

    fn is_kept(&self) -> bool {
        true
    }
}

struct Undo {
    delivery: Delivery,
    name: String,
}

impl Write for Undo {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        effects::undo(connection, self.delivery.find(connection)?, &self.name)
    }

    fn end(self: Box<Self>, result: Result<(), StoreError>) {
        unwritten("failed", result);
    }

    fn is_kept(&self) -> bool {
        true
    }
}

/// Nothing is done twice for it: the effect counts as interrupted.
fn unwritten(how: &'static str, result: Result<(), StoreError>) {
    if let Err(error) = result {
        tracing::error!(%error, how, "how an effect of `once` ended can't be written");
    }
}
