//! Mail that is on disk. What finds no room in memory waits there, and is loaded by the reader later:
//! `overflow` is for events that are only in memory.
//!
//! Invariant: while there is a backlog, every delivery in memory comes before all of it; but for those that were in hand
//! beside one that was put back, which it knows.

use std::{collections::VecDeque, sync::atomic::Ordering::Acquire};

use super::{Gate, Mail, Mailbox, Queue, ending};

/// The deliveries that wait in the store and not in memory: all that are owed, from an event on.
#[derive(Debug)]
pub(super) struct Backlog {
    /// The place of the first event of them.
    from: u64,
    /// How many wait, for each handler.
    waiting: Box<[u64]>,
    /// Until when it rests, after a handler was refused something by the store.
    rests_until_ms: Option<u64>,
    /// What of it is in memory all the same, or was: the event and the handler.
    in_memory: Vec<(u64, u16)>,
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
        backlog.in_memory.retain(|here| *here != (seq, mail.slot));
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
        let backlog = queue.backlog.as_ref()?;
        let (from, is_tried) = (backlog.from, backlog.rests_until_ms.is_some());
        let room = self.capacity().saturating_sub(self.count_unsettled(&mut queue));
        let is_worth_it = room > 0 && (room >= self.reserve() || queue.mail.is_empty());
        let is_read = matches!(queue.gate, Gate::Open | Gate::Held);
        // Of what was put back one is tried before the rest is read again.
        let room = if is_tried { room.min(1) } else { room };
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
        let in_memory = std::mem::take(&mut backlog.in_memory);
        for mail in loaded.mail {
            if in_memory.contains(&(mail.event.seq(), mail.slot)) {
                continue;
            }
            backlog.take(mail.slot);
            queue.pushed += 1;
            queue.mail.push_back(mail);
        }
        match loaded.next {
            Some(next) => {
                (backlog.from, backlog.rests_until_ms) = (next, None);
                backlog.in_memory = in_memory.into_iter().filter(|(event, _)| *event >= next).collect();
            }
            None => queue.backlog = None,
        }
        true
    }

    /// Leaves what waits in memory and is on disk to the store; the rest is returned.
    pub(crate) fn return_stored(&self) -> Vec<Mail> {
        let mut queue = self.queue();
        let all = ending::all(&self.breakers, &mut queue);
        self.leave_stored(&mut queue, all).into()
    }

    /// Leaves a delivery that its reader has settled to the store after all, for so long at least, and with it all
    /// that may come after it in the store: what waits here, and of the batch in hand. What is in hand `beside` it
    /// goes on.
    pub(crate) fn put_back<'a>(
        &self,
        mail: &Mail,
        batch: &mut VecDeque<Mail>,
        beside: impl Iterator<Item = &'a Mail>,
        until_ms: u64,
    ) {
        {
            let mut queue = self.queue();
            let queue = &mut *queue;
            self.leave(queue, mail);
            let held = self.breakers.take_where(Mail::is_delivery_of_store);
            let waiting = std::mem::take(&mut queue.mail);
            *batch = self.leave_stored(queue, std::mem::take(batch));
            self.leave_stored(queue, held);
            queue.mail = self.leave_stored(queue, waiting);
            if let Some(backlog) = &mut queue.backlog {
                backlog.rests_until_ms = Some(until_ms);
                for mail in beside.filter(|mail| mail.is_delivery_of_store()) {
                    let here = (mail.event.seq(), mail.slot);
                    if !backlog.in_memory.contains(&here) {
                        backlog.in_memory.push(here);
                    }
                }
            }
        }
        if self.someone_waits.load(Acquire) {
            self.wake_waiting();
        }
    }

    fn leave_stored(&self, queue: &mut Queue, mail: VecDeque<Mail>) -> VecDeque<Mail> {
        let (stored, rest): (VecDeque<_>, _) = mail.into_iter().partition(Mail::is_delivery_of_store);
        queue.pushed -= stored.len() as u64;
        stored.iter().for_each(|mail| self.leave(queue, mail));
        rest
    }

    /// Of what comes back to the head of the line, leaves to the store what does not come before all that waits there.
    /// How often that was begun is forgotten.
    pub(super) fn leave_unordered(&self, queue: &mut Queue, mail: VecDeque<Mail>) -> VecDeque<Mail> {
        let Some(from) = queue.backlog.as_ref().map(|backlog| backlog.from) else { return mail };
        let is_behind = |mail: &Mail| mail.is_delivery_of_store() && mail.event.seq() >= from;
        let (behind, rest): (VecDeque<_>, _) = mail.into_iter().partition(is_behind);
        self.leave_stored(queue, behind);
        rest
    }

    /// What is in memory of what a load would find.
    pub(crate) fn in_memory(&self) -> Vec<(u64, u16)> {
        self.queue().backlog.as_ref().map_or_else(Vec::new, |backlog| backlog.in_memory.clone())
    }

    /// Until when what waits in the store is not to be loaded, on the process's own clock.
    pub(crate) fn rests_until_ms(&self) -> Option<u64> {
        self.queue().backlog.as_ref()?.rests_until_ms
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
        Self { from, waiting: vec![0; handlers].into(), rests_until_ms: None, in_memory: Vec::new() }
    }

    fn take(&mut self, slot: u16) {
        let waiting = &mut self.waiting[usize::from(slot)];
        *waiting = waiting.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests;
