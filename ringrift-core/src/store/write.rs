//! One change of the store, and who waits for it.

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{error::StoreError, settled::Settled};

/// One change. Several share a transaction, and each is made again by itself when one of them spoils
/// it, so `run` may be called more than once; of all that it did only the last counts.
pub(crate) trait Write: Send {
    /// Makes the change, within a transaction.
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;

    /// The delivery that it acknowledges, if that is all it does: several are written together, in place of `run`, before
    /// the next that sees them.
    fn settles(&self) -> Option<Settled> {
        None
    }

    /// What it is called among many that are told in one line when they can't be written; else it tells itself.
    fn lost_as(&self) -> Option<&'static str> {
        None
    }

    /// Whether it sees what was settled before it.
    fn sees_settled(&self) -> bool {
        true
    }

    /// Hears whether it is on disk. On the writer's thread, in the order of the writes: be short.
    fn end(self: Box<Self>, result: Result<(), StoreError>);

    /// Whether nobody waits for it. It may wait for company then; and when the disk is full, or the file held by
    /// another program, it is kept and tried again, because nobody is there to be told.
    fn is_kept(&self) -> bool {
        false
    }
}

/// A change whose outcome somebody waits for.
pub(super) struct Change<T, F> {
    pub(super) change: F,
    pub(super) value: Option<T>,
    pub(super) done: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnMut(&Connection) -> rusqlite::Result<T> + Send> Write for Change<T, F> {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.value = Some((self.change)(connection)?);
        Ok(())
    }

    fn end(self: Box<Self>, result: Result<(), StoreError>) {
        let Self { value, done, .. } = *self;
        // Whoever asked may have gone.
        _ = done.send(result.map(|()| value.expect("a change that succeeded has run")));
    }
}

/// A change that nobody waits for.
pub(super) struct Kept<F, L> {
    pub(super) change: F,
    pub(super) lost_as: Option<&'static str>,
    /// Hears why it is not on disk.
    pub(super) lost: L,
}

impl<F, L> Write for Kept<F, L>
where
    F: FnMut(&Connection) -> rusqlite::Result<()> + Send,
    L: FnOnce(StoreError) + Send,
{
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        (self.change)(connection)
    }

    fn end(self: Box<Self>, result: Result<(), StoreError>) {
        if let Err(error) = result
            && (self.lost_as.is_none() || error.is_of_one())
        {
            (self.lost)(error);
        }
    }

    fn lost_as(&self) -> Option<&'static str> {
        self.lost_as
    }

    fn is_kept(&self) -> bool {
        true
    }
}
