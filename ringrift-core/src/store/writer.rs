//! The one thread that writes: it makes a transaction of all that waits.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use rusqlite::{Connection, TransactionBehavior};

use super::{Write, error::StoreError, failpoint, health::Health, lock::Lock, queue::Queue};

/// How many writes share a transaction, at most.
pub(super) const GROUP: usize = 1024;
/// How long a transaction is held open for more, at most; and never longer than the last commit took.
pub(super) const GROUP_WAIT: Duration = Duration::from_millis(2);
/// How often a full disk is tried again.
pub(super) const RETRY: Duration = Duration::from_secs(1);

type Writes = VecDeque<Box<dyn Write>>;

/// The writer.
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) queue: Arc<Queue>,
    pub(super) health: Arc<Health>,
    /// Held as long as the thread lives.
    pub(super) _lock: Lock,
    /// Writes that wait for room on the disk.
    pub(super) kept: Writes,
    /// How many shared the last transaction, and how long its commit took.
    pub(super) last: (usize, Duration),
}

impl Writer {
    /// Writes until the queue is closed and empty.
    pub(super) fn run(mut self) {
        loop {
            let is_waiting = self.health.trouble() == Some(StoreError::Full);
            let Some(group) = self.queue.take(GROUP, is_waiting.then_some(RETRY)) else {
                break;
            };
            self.write(group);
        }
        // The last try for what waits for the disk.
        self.write(Writes::new());
        for write in std::mem::take(&mut self.kept) {
            write.end(Err(StoreError::Full));
        }
    }

    fn write(&mut self, new: Writes) {
        if let Some(failed @ StoreError::Failed(_)) = self.health.trouble() {
            return end_all(new, &Err(failed));
        }
        let mut group = std::mem::take(&mut self.kept);
        group.extend(new);
        let outcome = self.transaction(&mut group);
        match outcome {
            Err(StoreError::Refused(_)) if group.len() > 1 => self.each_alone(group),
            outcome => self.conclude(group, &outcome),
        }
    }

    /// One of the group spoils it for all: the others go without it.
    fn each_alone(&mut self, group: Writes) {
        for write in group {
            let mut alone = Writes::from([write]);
            let outcome = self.transaction(&mut alone);
            self.conclude(alone, &outcome);
        }
    }

    fn conclude(&mut self, group: Writes, outcome: &Result<(), StoreError>) {
        match outcome {
            Ok(()) => self.health.note(None),
            Err(error @ (StoreError::Full | StoreError::Failed(_))) => self.health.note(Some(error.clone())),
            Err(_) => {}
        }
        if *outcome == Err(StoreError::Full) && !self.queue.is_closed() {
            let (kept, told): (Writes, Writes) = group.into_iter().partition(|write| write.is_kept());
            self.kept.extend(kept);
            return end_all(told, outcome);
        }
        end_all(group, outcome);
    }

    /// Makes the writes of the group, and of what comes in while it is open, and commits them.
    #[expect(clippy::disallowed_methods, reason = "a thread of its own, whose time no test pauses")]
    fn transaction(&mut self, group: &mut Writes) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let begun = Instant::now();
        let patience = GROUP_WAIT.min(self.last.1);
        let mut made = 0;
        loop {
            for write in group.iter_mut().skip(made) {
                write.run(&transaction)?;
            }
            made = group.len();
            // As many as last time are likely to come again.
            let left = patience.saturating_sub(begun.elapsed());
            if made >= GROUP || made >= self.last.0 || left.is_zero() || self.queue.is_closed() {
                break;
            }
            group.extend(self.queue.take(GROUP - made, Some(left)).unwrap_or_default());
        }
        if made == 0 {
            // Nothing but a look whether there is room again.
            transaction.execute("INSERT OR REPLACE INTO probe VALUES (1, zeroblob(16384))", [])?;
        }
        failpoint::at("store.commit.before")?;
        let committing = Instant::now();
        transaction.commit()?;
        self.last = (made, committing.elapsed());
        failpoint::at("store.commit.after")?;
        Ok(())
    }
}

fn end_all(writes: Writes, outcome: &Result<(), StoreError>) {
    for write in writes {
        write.end(outcome.clone());
    }
}
