//! What survives the process: one SQLite file, one thread that writes it.
//!
//! Every change is a [`Write`]. The writer's thread takes all that wait, makes one transaction of
//! them, and tells each how it ended; so a commit, which costs a sync of the disk, is shared by all
//! that came in meanwhile. Readers have connections of their own, and never wait for the writer.
//!
//! Knows events, handlers and letters as rows, not what they mean.
//!
//! Rejected: a log of our own, which would be faster and would need its own proof for every torn
//! write; and a pool of writers, of which SQLite lets one write at a time.

pub(crate) mod audit;
pub(crate) mod checksum;
mod checkup;
#[cfg(all(test, feature = "failpoints"))]
mod cut_off;
pub(crate) mod deliveries;
pub(crate) mod disabled;
pub(crate) mod effects;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod failpoint;
#[cfg(test)]
mod flips;
pub(crate) mod handlers;
pub(crate) mod health;
mod identities;
pub(crate) mod letter_rows;
pub(crate) mod letters;
mod lock;
mod mend;
pub(crate) mod open;
pub(crate) mod owed;
mod place;
pub(crate) mod quarantine;
mod queue;
pub(crate) mod retention;
mod salvage;
mod schema;
pub(crate) mod settled;
pub(crate) mod states;
mod swap;
pub(crate) mod unhandled;
pub(crate) mod usable;
mod wal;
mod write;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::{SystemTime, UNIX_EPOCH},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

pub(crate) use self::write::Write;
use self::{
    error::StoreError,
    health::Health,
    queue::Queue,
    settled::{Settle, Settled},
};

/// How many connections that read are held open while nobody reads.
const READERS: usize = 8;

/// An open store. Dropped, it goes on until what was handed in is written.
#[derive(Debug)]
pub(crate) struct Store {
    file: PathBuf,
    queue: Arc<Queue>,
    health: Arc<Health>,
    /// What was found when it was opened, a line each.
    damage: Vec<String>,
    /// Connections that read, while nobody uses them.
    readers: Mutex<Vec<Connection>>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Store {
    /// The file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// What keeps it from being written, if anything does.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// What was damaged, or missing, when it was opened: a line each.
    pub(crate) fn damage(&self) -> &[String] {
        &self.damage
    }

    /// Hands a write in, without waiting. Callers that can wait do so with [`room`](Self::room) first,
    /// or after.
    pub(crate) fn send(&self, write: Box<dyn Write>) {
        if let Err(write) = self.queue.push(write) {
            write.end(Err(StoreError::Closed));
        }
    }

    /// Makes one change that nobody waits for, and that is tried again when the disk is full, or the file held by
    /// another program. `lost` hears, on the writer's thread, why it is not on disk after all.
    pub(crate) fn keep(
        &self,
        change: impl FnMut(&Connection) -> rusqlite::Result<()> + Send + 'static,
        lost: impl FnOnce(StoreError) + Send + 'static,
    ) {
        self.send(Box::new(write::Kept { change, lost_as: None, lost }));
    }

    /// The same, of changes that may be many: should they not be on disk, the log has one line that says so.
    pub(crate) fn keep_one_of_many(
        &self,
        change: impl FnMut(&Connection) -> rusqlite::Result<()> + Send + 'static,
        lost_as: &'static str,
    ) {
        let lost = move |error| tracing::error!(%error, "{lost_as}");
        self.send(Box::new(write::Kept { change, lost_as: Some(lost_as), lost }));
    }

    /// Acknowledges a delivery; nobody waits for it.
    pub(crate) fn settle(&self, settled: Settled) {
        self.send(Box::new(Settle(settled)));
    }

    /// Resolves once the writer has room.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn room(&self) {
        self.queue.room().await;
    }

    /// Makes one change, and waits until it is on disk.
    ///
    /// # Cancel safety
    /// Dropped before the first poll, nothing is written; later, the change may or may not be made.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        change: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.room().await;
        let (done, outcome) = oneshot::channel();
        self.send(Box::new(write::Change { change, value: None, done }));
        answered(outcome).await
    }

    /// Reads, on a thread that may block.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || store.read_here(read));
        reading.await.unwrap_or_else(|_| Err(StoreError::Closed))
    }

    /// Reads, and blocks the thread meanwhile.
    pub(crate) fn read_here<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| open::reader(&self.file), Ok)?;
        let value = read(&connection)?;
        let mut idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < READERS {
            idle.push(connection);
        }
        Ok(value)
    }

    /// Waits until all that was handed in has ended, and lets go of the file.
    ///
    /// # Cancel safety
    /// Dropped, the writer still ends.
    pub(crate) async fn close(&self) {
        self.queue.close();
        // Before the writer's: the last connection that is closed moves the log into the file, if it may write.
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let writer = Arc::clone(&self.writer);
        // Locked until it has ended: whoever closes it a second time waits as long.
        let ended = tokio::task::spawn_blocking(move || {
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            // A panic of the writer is told by the panic hook, and leaves nothing to do here.
            writer.take().map(JoinHandle::join)
        });
        _ = ended.await;
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// What the writer says of a write.
pub(crate) async fn answered<T: Send + 'static>(
    outcome: oneshot::Receiver<Result<T, StoreError>>,
) -> Result<T, StoreError> {
    // A test's paused clock stands still while a blocking task runs, and so while the writer writes.
    #[cfg(feature = "testing")]
    let outcome = async {
        let waiting = tokio::task::spawn_blocking(move || outcome.blocking_recv());
        waiting.await.unwrap_or_else(|_| Ok(Err(StoreError::Closed)))
    };
    outcome.await.unwrap_or(Err(StoreError::Closed))
}

/// Milliseconds since 1970.
pub(crate) fn millis(at: SystemTime) -> i64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

#[cfg(test)]
mod tests;
