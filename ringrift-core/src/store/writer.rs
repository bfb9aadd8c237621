//! The one thread that writes: it makes a transaction of all that waits.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use rusqlite::{Connection, TransactionBehavior, config::DbConfig};

use super::{
    Write,
    error::StoreError,
    failpoint,
    health::Health,
    lock::Lock,
    place::Place,
    queue::{GROUP, Queue, Writes, awaited},
    settled,
};

/// How long what nobody waits for waits for company, and then a transaction is held open for more, in all and at most;
/// the latter never longer than the last commit took.
pub(super) const GROUP_WAIT: Duration = Duration::from_millis(2);
/// How often a disk that is full, or a file that another program holds, is tried again.
pub(super) const RETRY: Duration = Duration::from_secs(1);

/// How long it sleeps when nothing is to be done: as good as for ever.
const IDLE: Duration = Duration::from_secs(3600);

/// The writer.
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) queue: Arc<Queue>,
    pub(super) health: Arc<Health>,
    /// What is not on disk, and how much of it.
    pub(super) lost: BTreeMap<&'static str, usize>,
    /// Where it is written.
    pub(super) place: Place,
    /// Held as long as the thread lives.
    pub(super) _lock: Lock,
    /// Writes that wait until there is room on the disk, or nobody else holds the file.
    pub(super) kept: Writes,
    /// How many that somebody waited for shared the last transaction, and how long its commit took.
    pub(super) last: (usize, Duration),
    /// How long the group in hand has waited for company, at most.
    pub(super) dozed: Duration,
}

impl Writer {
    /// Writes until the queue is closed and empty. Should it panic, nobody is left to wait for it.
    pub(super) fn run(mut self) {
        if catch_unwind(AssertUnwindSafe(|| self.work())).is_err() {
            self.end_without_writing();
        }
        for (what, count) in self.lost {
            tracing::error!(count, "the store is closed: {what}");
        }
    }

    fn end_without_writing(&mut self) {
        let failed = StoreError::Failed("its thread panicked".to_owned());
        self.health.note(Some(failed.clone()));
        let kept = std::mem::take(&mut self.kept);
        self.end_all(kept, &Err(failed.clone()));
        while let Some(group) = self.next() {
            self.end_all(group, &Err(failed.clone()));
        }
    }

    fn work(&mut self) {
        while let Some(group) = self.next() {
            self.write(group);
        }
        if !self.kept.is_empty() {
            // The last try, at whose end nothing is kept.
            self.write(Writes::new());
        }
        self.merge_log();
    }

    /// What is to be written now; nothing, when only what is kept is to be tried again. `None` at the end.
    #[expect(clippy::disallowed_methods, reason = "a thread of its own, whose time no test pauses")]
    fn next(&mut self) -> Option<Writes> {
        loop {
            let dozing = Instant::now();
            let group = self.queue.take(GROUP, GROUP_WAIT)?;
            self.dozed = dozing.elapsed();
            if !group.is_empty() {
                return Some(group);
            }
            let is_retried = self.health.is_held_up();
            self.queue.sleep(if is_retried { RETRY } else { IDLE });
            if is_retried {
                return self.queue.take(GROUP, Duration::ZERO);
            }
        }
    }

    /// Moves the log into the file. SQLite does it when the last connection is closed; but that may be one that
    /// reads, which may not write.
    fn merge_log(&self) {
        if self.health.trouble().is_some_and(|trouble| trouble.is_for_good()) {
            // What the disk has of the log, and whose log it is, the next process finds out.
            _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
            return;
        }
        if let Err(error) = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::debug!(%error, "the log of the store stays until the next start");
        }
    }

    fn write(&mut self, new: Writes) {
        let mut group = std::mem::take(&mut self.kept);
        group.extend(new);
        if let Some(failed) = self.health.trouble().filter(StoreError::is_for_good) {
            return self.conclude(group, &Err(failed));
        }
        let patience = patience(self.last.1, self.dozed);
        let outcome = self.place.check().and_then(|()| self.transaction(&mut group, patience));
        match outcome {
            Err(StoreError::Refused(_)) if group.len() > 1 => self.each_alone(group),
            outcome => self.conclude(group, &outcome),
        }
    }

    /// One of the group spoils it for all: the others go without it.
    fn each_alone(&mut self, mut group: Writes) {
        while let Some(write) = group.pop_front() {
            let mut alone = Writes::from([write]);
            let outcome = self.transaction(&mut alone, Duration::ZERO);
            if outcome.as_ref().is_err_and(|error| !matches!(error, StoreError::Refused(_))) {
                // It stops all that come after it too, which keep their order.
                alone.append(&mut group);
            }
            self.conclude(alone, &outcome);
        }
    }

    fn conclude(&mut self, group: Writes, outcome: &Result<(), StoreError>) {
        match outcome {
            Ok(()) => self.health.note(None),
            Err(StoreError::Refused(_) | StoreError::Closed) => {}
            Err(trouble) => self.health.note(Some(trouble.clone())),
        }
        if outcome.as_ref().is_err_and(StoreError::may_pass) && !self.queue.is_closed() {
            let (kept, told): (Writes, Writes) = group.into_iter().partition(|write| write.is_kept());
            self.kept.extend(kept);
            return self.end_all(told, outcome);
        }
        self.end_all(group, outcome);
    }

    fn end_all(&mut self, writes: Writes, outcome: &Result<(), StoreError>) {
        if let Err(error) = outcome
            && !error.is_of_one()
        {
            writes.iter().filter_map(|write| write.lost_as()).for_each(|what| self.count_lost(what, error));
        }
        for write in writes {
            if catch_unwind(AssertUnwindSafe(|| write.end(outcome.clone()))).is_err() {
                tracing::error!("what was written panicked when it was dropped");
            }
        }
    }

    /// What is not on disk, and may be much, is told in one line, and how much it was at the end.
    fn count_lost(&mut self, what: &'static str, error: &StoreError) {
        let count = self.lost.entry(what).or_default();
        if *count == 0 && !self.queue.is_closed() {
            tracing::error!(%error, "{what}");
        }
        *count += 1;
    }

    /// Makes the writes of the group, and of what comes in while it is open for `patience`, and commits them.
    #[expect(clippy::disallowed_methods, reason = "a thread of its own, whose time no test pauses")]
    fn transaction(&mut self, group: &mut Writes, patience: Duration) -> Result<(), StoreError> {
        failpoint::page_limit(&self.connection)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let begun = Instant::now();
        let (mut made, mut settled) = (0, Vec::new());
        loop {
            for write in group.iter_mut().skip(made) {
                if let Some(one) = write.settles() {
                    settled.push(one);
                    continue;
                }
                if write.sees_settled() {
                    settled::write(&transaction, &mut settled)?;
                }
                make(write.as_mut(), &transaction)?;
            }
            made = group.len();
            let awaited = awaited(group);
            // As many as last time are likely to come again; behind those that nobody waits for, none.
            let is_all = awaited == 0 || awaited >= self.last.0;
            let left = patience.saturating_sub(begun.elapsed());
            if is_all || made >= GROUP || left.is_zero() || self.queue.is_closed() {
                break;
            }
            group.extend(self.queue.take(GROUP - made, left).unwrap_or_default());
        }
        settled::write(&transaction, &mut settled)?;
        if self.health.trouble().is_some() {
            // A group that only reads would not tell whether there is room again.
            transaction.execute("INSERT OR REPLACE INTO probe VALUES (1, zeroblob(16384))", [])?;
        }
        failpoint::at("store.commit.before")?;
        let committing = Instant::now();
        transaction.commit()?;
        self.last = (awaited(group), committing.elapsed());
        failpoint::at("store.commit.after")?;
        Ok(())
    }
}

/// How long a transaction is held open for more, after a commit that took so long, and when so much is over already.
fn patience(last_commit: Duration, dozed: Duration) -> Duration {
    GROUP_WAIT.min(last_commit).min(GROUP_WAIT.saturating_sub(dozed))
}

/// Runs a write, in which a payload may be made, or dropped, that panics.
fn make(write: &mut dyn Write, connection: &Connection) -> Result<(), StoreError> {
    match catch_unwind(AssertUnwindSafe(|| write.run(connection))) {
        Ok(made) => Ok(made?),
        Err(_) => Err(StoreError::Refused("it panicked".to_owned())),
    }
}

#[cfg(test)]
mod tests;
