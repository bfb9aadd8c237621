//! The bounded mailbox of one daemon.
//!
//! A mutex round a deque that the reader swaps for its own empty one: a push is one short lock, a
//! whole batch is another, and the wake comes after the lock. The bound counts what is not settled,
//! the batch in hand included.

mod ending;
mod places;
mod pusher;
mod retries;
#[cfg_attr(not(feature = "store"), expect(dead_code, reason = "nothing is stored"))]
pub(crate) mod stored;

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    task::{Context, Poll, Waker},
};

use tokio::sync::Notify;

use self::{places::Place, pusher::Pusher};
use super::{
    account::Account,
    breaker::pauses::Breakers,
    mail::{Gate, Mail, Refusal},
    slot::Slot,
    watch::Watch,
};
use crate::words::options::Overflow;

/// The mailbox, in three parts that no cache line joins: what the publishers write under the lock,
/// what both read, and what the reader writes for every delivery. Not by alignment, which would
/// double the size of an idle one; what is rare lies between the first two.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Mailbox {
    queue: Mutex<Queue>,
    capacity: u32,
    overflow: Overflow,
    room: Notify,
    pub(crate) breakers: Breakers,
    pub(crate) slots: Box<[Slot]>,
    someone_waits: AtomicBool,
    _apart_from_reader: [u64; 4],
    /// One per delivery that may be in hand at once; none where it is one at a time.
    pub(crate) places: Box<[Place]>,
    settled: AtomicU64,
    /// The delivery in hand, where it is one at a time.
    alone: Watch,
}

#[derive(Debug)]
struct Queue {
    mail: VecDeque<Mail>,
    /// The buffer of the reader while it waits, empty.
    spare: VecDeque<Mail>,
    waker: Option<Waker>,
    gate: Gate,
    /// Pushed since the start, less what was evicted, or left when the runtime ended.
    pushed: u64,
    /// The last reading of `settled`.
    settled: u64,
    pushed_by: Pusher,
    /// What waits in the store; boxed, because it is rare.
    backlog: Option<Box<stored::Backlog>>,
}

impl Mailbox {
    pub(crate) fn new(slots: Box<[Slot]>, capacity: u32, overflow: Overflow, concurrency: u32) -> Self {
        let queue = Queue {
            mail: VecDeque::new(),
            spare: VecDeque::new(),
            waker: None,
            gate: Gate::Absent,
            pushed: 0,
            settled: 0,
            pushed_by: Pusher::default(),
            backlog: None,
        };
        Self {
            queue: Mutex::new(queue),
            capacity,
            overflow,
            room: Notify::new(),
            breakers: Breakers::default(),
            slots,
            someone_waits: AtomicBool::new(false),
            _apart_from_reader: Default::default(),
            places: (0..concurrency).filter(|_| concurrency > 1).map(|_| Place::default()).collect(),
            settled: AtomicU64::new(0),
            alone: Watch::default(),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn account(&self, mail: &Mail) -> &Account {
        &self.slots[usize::from(mail.slot)].account
    }

    /// Takes a delivery on: it is owed from here. On refusal it is not.
    #[inline]
    pub(crate) fn push(&self, mail: Mail) -> Result<(), (Mail, Refusal)> {
        let waker = {
            let mut queue = self.queue();
            match queue.gate {
                Gate::Absent => return Ok(()),
                Gate::Refusing => return Err((mail, Refusal::Ended)),
                Gate::Open | Gate::Held => {}
            }
            if self.is_full(&mut queue) {
                return self.overflow(&mut queue, mail);
            }
            self.account(&mail).owed.bump();
            queue.pushed += 1;
            queue.pushed_by = Pusher::here();
            queue.mail.push_back(mail);
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    fn is_full(&self, queue: &mut Queue) -> bool {
        let reserve = if queue.backlog.is_some() { self.reserve() } else { 0 };
        let bound = self.capacity() - reserve;
        queue.pushed - queue.settled >= bound && self.count_unsettled(queue) >= bound
    }

    fn count_unsettled(&self, queue: &mut Queue) -> u64 {
        queue.settled = self.settled.load(Acquire);
        queue.pushed - queue.settled
    }

    #[cold]
    fn overflow(&self, queue: &mut Queue, mail: Mail) -> Result<(), (Mail, Refusal)> {
        match self.overflow {
            Overflow::Block if queue.gate != Gate::Open || self.breakers.is_paused(mail.slot) => {
                return Err((mail, Refusal::FullAndHeld));
            }
            Overflow::Block => return Err((mail, Refusal::Full)),
            Overflow::DropOldest | Overflow::DropNewest => self.account(&mail).owed.bump(),
        }
        match (self.overflow == Overflow::DropOldest).then(|| self.evict(queue)).flatten() {
            Some(evicted) => {
                self.account(&evicted).evicted.bump();
                queue.mail.push_back(mail);
            }
            None => self.account(&mail).dropped.bump(),
        }
        Ok(())
    }

    /// Takes the oldest that may be pushed out: not the retry of a dead letter. What is held for a paused
    /// handler is older than what is in line.
    fn evict(&self, queue: &mut Queue) -> Option<Mail> {
        // Neither the retry of a dead letter nor what is on disk.
        let may_go = |mail: &Mail| mail.letter.is_none() && mail.event.seq() == 0;
        self.breakers.evict(may_go).or_else(|| {
            let oldest = queue.mail.iter().position(may_go)?;
            queue.mail.remove(oldest)
        })
    }

    /// Counts a refused delivery as owed and dead.
    pub(crate) fn owe_dead(&self, slot: u16) {
        let account = &self.slots[usize::from(slot)].account;
        let queue = self.queue();
        account.owed.bump();
        drop(queue);
        account.dead.add(1);
    }

    /// Resolves when there may be room again. Create it before the push that it waits for.
    pub(crate) fn room(&self) -> tokio::sync::futures::Notified<'_> {
        let room = self.room.notified();
        self.someone_waits.store(true, Release);
        room
    }

    /// One delivery has come to an end. Called by the daemon's own task only.
    #[inline]
    pub(crate) fn settle(&self) {
        self.settled.store(self.settled.load(Relaxed) + 1, Release);
        if self.someone_waits.load(Relaxed) {
            self.wake_waiting();
        }
    }

    /// Settles a mail that was taken while nobody reads: then, and only then, the caller is the one
    /// writer of the counter.
    pub(crate) fn settle_from_outside(&self) {
        self.settle();
    }

    #[cold]
    fn wake_waiting(&self) {
        self.someone_waits.store(false, Release);
        self.room.notify_waiters();
    }

    /// Swaps `batch`, which must be empty, for all that waits; or takes one, where the oldest that
    /// waits may be evicted: in a batch it would be out of reach. While there is nothing, the buffer of
    /// `batch` is kept here, where it is used again, or given back once the mailbox is idle.
    pub(crate) fn poll_take(&self, batch: &mut VecDeque<Mail>, cx: &Context<'_>) -> Poll<()> {
        let mut queue = self.queue();
        if self.take(&mut queue, batch) {
            return Poll::Ready(());
        }
        if !queue.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            queue.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    /// The same, without waiting; and nothing while something waits in the store, which is to be loaded.
    pub(crate) fn take_again(&self, batch: &mut VecDeque<Mail>) -> bool {
        let mut queue = self.queue();
        queue.backlog.is_none() && self.take(&mut queue, batch)
    }

    fn take(&self, queue: &mut Queue, batch: &mut VecDeque<Mail>) -> bool {
        // Here for certain: a push that saw the mailbox full held this lock before.
        if self.someone_waits.load(Relaxed) {
            self.wake_waiting();
        }
        if queue.mail.is_empty() {
            if batch.capacity() > 0 {
                queue.spare = std::mem::take(batch);
            }
            return false;
        }
        if batch.capacity() == 0 {
            *batch = std::mem::take(&mut queue.spare);
        }
        match self.overflow {
            Overflow::DropOldest => batch.extend(queue.mail.pop_front()),
            Overflow::Block | Overflow::DropNewest => std::mem::swap(&mut queue.mail, batch),
        }
        true
    }

    /// As [`poll_take`](Self::poll_take), but only while the daemon runs: what comes in while it
    /// stops waits for the next start.
    pub(crate) fn poll_take_open(&self, batch: &mut VecDeque<Mail>, cx: &Context<'_>) -> Poll<()> {
        if self.queue().gate == Gate::Open { self.poll_take(batch, cx) } else { Poll::Pending }
    }

    /// All that waits, without waiting.
    pub(crate) fn take_now(&self) -> VecDeque<Mail> {
        std::mem::take(&mut self.queue().mail)
    }

    /// Wakes the reader, which has something to take that it was not pushed.
    pub(crate) fn wake_reader(&self) {
        let waker = self.queue().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Gives an unsettled batch back to the head of the line, in its order.
    pub(crate) fn give_back(&self, batch: VecDeque<Mail>) {
        let mut queue = self.queue();
        let mut batch = self.leave_unordered(&mut queue, batch);
        batch.append(&mut queue.mail);
        queue.mail = batch;
    }

    /// What the daemon's state means from now on.
    pub(crate) fn set_gate(&self, gate: Gate) {
        self.queue().gate = gate;
        if self.someone_waits.load(Acquire) {
            self.wake_waiting();
        }
    }

    /// How many deliveries are not settled: those that wait and those in hand.
    pub(crate) fn unsettled(&self) -> u64 {
        self.count_unsettled(&mut self.queue())
    }

    /// The bound of [`unsettled`](Self::unsettled).
    pub(crate) fn capacity(&self) -> u64 {
        u64::from(self.capacity)
    }
}
