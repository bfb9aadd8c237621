//! Mail that is on disk. What finds no room in memory waits there, and is loaded by the reader later:
//! `overflow` is for events that are only in memory.
//!
//! Invariant: while there is a backlog, every delivery in memory comes before all of it.

use super::{Gate, Mail, Mailbox, Queue, ending};

/// The deliveries that wait in the store and not in memory: all that are owed, from an event on.
#[derive(Debug)]
pub(super) struct Backlog {
    /// The place of the first event of them.
    from: u64,
    /// How many wait, for each handler.
    waiting: Box<[u64]>,
}

/// What is to be loaded of a backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// From which event on.
    pub(crate) from: u64,
    /// How many deliveries find room.
    pub(crate) room: u64,
}

/// What was loaded of a backlog.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// From which event on it was read.
    pub(crate) from: u64,
    /// In order; whole events.
    pub(crate) mail: Vec<Mail>,
    /// The handlers of those that can't be read, each of which is a dead letter now.
    pub(crate) unreadable: Vec<u16>,
    /// From which event on more waits; `None` when that was all.
    pub(crate) next: Option<u64>,
}

impl Mailbox {
    /// Whether an event that is emitted now is owed to this daemon.
    pub(crate) fn is_owed(&self) -> bool {
        self.queue().gate != Gate::Absent
    }

    /// Takes a delivery on that is on disk: it is owed from here.
    pub(crate) fn push_stored(&self, mail: Mail) {
        let waker = {
            let mut queue = self.queue();
            self.account(&mail).owed.bump();
            let is_read = matches!(queue.gate, Gate::Open | Gate::Held);
            if queue.backlog.is_some() || !is_read || self.is_full(&mut queue) {
                self.leave(&mut queue, &mail);
                return;
            }
            queue.pushed += 1;
            queue.mail.push_back(mail);
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Leaves a delivery in the store.
    fn leave(&self, queue: &mut Queue, mail: &Mail) {
        let seq = mail.event.seq();
        let backlog = queue.backlog.get_or_insert_with(|| Box::new(Backlog::new(seq, self.slots.len())));
        backlog.from = backlog.from.min(seq);
        backlog.waiting[usize::from(mail.slot)] += 1;
    }

    /// What an earlier process left for a handler, before anything else is owed.
    pub(crate) fn recall(&self, slot: u16, count: u64, first: u64) {
        let mut queue = self.queue();
        self.slots[usize::from(slot)].account.owed.add(count);
        let backlog = queue.backlog.get_or_insert_with(|| Box::new(Backlog::new(first, self.slots.len())));
        backlog.from = backlog.from.min(first);
        backlog.waiting[usize::from(slot)] += count;
    }

    /// What the reader should load now; `None` when nothing waits, or finds too little room.
    pub(crate) fn wanted(&self) -> Option<Wanted> {
        let mut queue = self.queue();
        let from = queue.backlog.as_ref()?.from;
        let room = self.capacity().saturating_sub(self.count_unsettled(&mut queue));
        let is_worth_it = room > 0 && (room >= self.reserve() || queue.mail.is_empty());
        let is_read = matches!(queue.gate, Gate::Open | Gate::Held);
        (is_worth_it && is_read).then_some(Wanted { from, room })
    }

    /// How much of the mailbox is not for what is only in memory while something waits in the store:
    /// or a steady flow of it would hold that up for ever.
    pub(super) fn reserve(&self) -> u64 {
        self.capacity() / 4
    }

    /// Puts what was loaded in line, unless the daemon has ended meanwhile: then it stays in the store.
    /// Nor is it put in line twice, or before what has come back to the store since it was read.
    /// Returns whether those that can't be read are dead letters now.
    pub(crate) fn load(&self, loaded: Loaded) -> bool {
        let mut queue = self.queue();
        let queue = &mut *queue;
        let Some(backlog) = &mut queue.backlog else { return false };
        for slot in loaded.unreadable {
            backlog.take(slot);
            self.slots[usize::from(slot)].account.dead.add(1);
        }
        if backlog.from != loaded.from || !matches!(queue.gate, Gate::Open | Gate::Held) {
            return true;
        }
        for mail in loaded.mail {
            backlog.take(mail.slot);
            queue.pushed += 1;
            queue.mail.push_back(mail);
        }
        match loaded.next {
            Some(next) => backlog.from = next,
            None => queue.backlog = None,
        }
        true
    }

    /// Leaves what waits in memory and is on disk to the store; the rest is returned.
    pub(crate) fn return_stored(&self) -> Vec<Mail> {
        let mut queue = self.queue();
        let queue = &mut *queue;
        let (stored, rest): (Vec<_>, Vec<_>) = ending::all(&self.breakers, queue)
            .into_iter()
            .partition(|mail| mail.event.seq() != 0 && mail.letter.is_none());
        queue.pushed -= stored.len() as u64;
        for mail in &stored {
            self.leave(queue, mail);
        }
        rest
    }

    /// How many deliveries wait in the store.
    pub(crate) fn in_store(&self) -> u64 {
        self.queue().backlog.as_ref().map_or(0, |backlog| backlog.waiting.iter().sum())
    }

    /// What waits in the store at the end of the runtime, for each handler; it waits no more.
    pub(crate) fn close_store(&self) -> Box<[u64]> {
        self.queue().backlog.take().map_or_else(Box::default, |backlog| backlog.waiting)
    }
}

impl Backlog {
    fn new(from: u64, handlers: usize) -> Self {
        Self { from, waiting: vec![0; handlers].into() }
    }

    fn take(&mut self, slot: u16) {
        let waiting = &mut self.waiting[usize::from(slot)];
        *waiting = waiting.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests;
