//! The effects of one run of a handler: what `cx.once` writes.

use std::sync::atomic::Ordering::Relaxed;

use rusqlite::Connection;

use super::Origin;
use crate::store::{
    effects::{self, Effect},
    error::StoreError,
};

/// The name of an effect, in use by one run of a handler. Dropped, the run may use it again; once the
/// effect is made, it may not.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    origin: &'a Origin,
    name: &'a str,
    is_made: bool,
}

impl Origin {
    /// Takes a name for one effect; `None` when this run has another effect of that name.
    pub(crate) fn claim<'a>(&'a self, name: &'a str) -> Option<Claim<'a>> {
        let is_new = self.effects().insert(name.to_owned());
        is_new.then_some(Claim { origin: self, name, is_made: false })
    }
}

impl Claim<'_> {
    /// Whether the effect is to be made now; that it begins is on disk then.
    pub(crate) async fn begin(&self) -> Result<Effect, StoreError> {
        // Before the handler can return, and be acknowledged.
        self.origin.has_effects.store(true, Relaxed);
        let (delivery, name) = (self.origin.delivery, self.name.to_owned());
        let begin = move |connection: &Connection| effects::begin(connection, delivery.find(connection)?, &name);
        self.origin.store.run(begin).await.inspect_err(|error| self.origin.note_refused(error))
    }

    /// The effect was made before: its name is taken in this run, too.
    pub(crate) fn keep(mut self) {
        self.is_made = true;
    }

    /// The effect was made. Nobody waits until that is on disk, but whatever the handler writes from now
    /// on comes behind it.
    pub(crate) fn done(self, value: String) {
        self.send(Some(value));
        self.keep();
    }

    /// The effect failed, and may be tried again.
    pub(crate) fn undo(self) {
        self.send(None);
    }

    /// How the effect ended: with its value, or `None` when it was not made.
    fn send(&self, value: Option<String>) {
        let (delivery, name, effect) = (self.origin.delivery, self.name.to_owned(), self.name.to_owned());
        let (handler, event) = (self.origin.name().to_owned(), self.origin.event());
        let end = move |connection: &Connection| match (delivery.find(connection)?, &value) {
            (delivery, Some(value)) => effects::done(connection, delivery, &name, value),
            (delivery, None) => effects::undo(connection, delivery, &name),
        };
        // Nothing is done twice for it: the effect counts as interrupted.
        self.origin.store.keep(end, move |error| {
            tracing::error!(handler, event_id = %event, effect, %error, "how an effect of `once` ended can't be written: to the next process it is interrupted");
        });
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.is_made {
            self.origin.effects().remove(self.name);
        }
    }
}
