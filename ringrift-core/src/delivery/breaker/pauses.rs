//! The mail of paused handlers.
//!
//! The reader takes its batch as ever, and puts aside what is for a paused handler as it comes to it. What
//! was put aside is still unsettled, so the bound of the mailbox counts it, and its overflow policy applies.
//! When the pause ends, it goes before everything that came later for that handler.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
};

use super::{Breaker, Pause};
use crate::delivery::mail::Mail;

/// The breakers of the handlers of one mailbox.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Breakers {
    /// Boxed: most handlers never fail. First, as a distance of `is_set` to what the publishers write.
    inner: Mutex<Option<Box<Inner>>>,
    /// Whether a handler is paused, or was and has mail that was held: the reader looks before each delivery.
    is_set: AtomicBool,
}

#[derive(Debug, Default)]
struct Inner {
    breakers: BTreeMap<u16, Breaker>,
    /// For handlers that are paused, in order.
    held: VecDeque<Mail>,
    /// For handlers that are not paused any more: to be taken before all else.
    released: VecDeque<Mail>,
}

impl Breakers {
    fn inner(&self) -> MutexGuard<'_, Option<Box<Inner>>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(crate) fn is_set(&self) -> bool {
        self.is_set.load(Acquire)
    }

    /// Counts a failure of a handler; returns the pause that it begins.
    pub(crate) fn failed(&self, slot: u16, limit: u32, now_ms: u64, error: &str) -> Option<Pause> {
        let mut inner = self.inner();
        let breaker = inner.get_or_insert_default().breakers.entry(slot).or_default();
        let pause = breaker.failed(limit, now_ms, error).cloned();
        if pause.is_some() {
            self.is_set.store(true, Release);
        }
        pause
    }

    /// Puts what was released before the batch, and what is for a paused handler aside, up to the first
    /// delivery that may begin.
    #[cold]
    pub(crate) fn sort(&self, batch: &mut VecDeque<Mail>) {
        let mut inner = self.inner();
        let Some(inner) = &mut *inner else { return };
        inner.take_released(batch);
        while let Some(mail) = batch.pop_front_if(|mail| inner.is_paused(mail.slot)) {
            inner.held.push_back(mail);
        }
        if inner.held.is_empty() && !inner.breakers.values().any(|breaker| breaker.pause().is_some()) {
            self.is_set.store(false, Release);
        }
    }

    /// Puts what was released into an empty batch; whether there was anything.
    pub(crate) fn take_released(&self, batch: &mut VecDeque<Mail>) -> bool {
        if let Some(inner) = &mut *self.inner() {
            inner.take_released(batch);
        }
        !batch.is_empty()
    }

    /// Ends the pause of a handler; whether there was one. The reader has to be woken.
    pub(crate) fn resume(&self, slot: u16, now_ms: u64) -> bool {
        self.inner().as_mut().is_some_and(|inner| inner.resume(slot, now_ms))
    }

    /// Ends the pauses that are over, and names the handlers; and when the next one is.
    pub(crate) fn end_over(&self, now_ms: u64) -> (Vec<u16>, Option<u64>) {
        let mut inner = self.inner();
        let Some(inner) = &mut *inner else { return (Vec::new(), None) };
        let is_over =
            |(slot, breaker): (&u16, &Breaker)| breaker.pause().filter(|pause| pause.until_ms <= now_ms).map(|_| *slot);
        let over: Vec<u16> = inner.breakers.iter().filter_map(is_over).collect();
        over.iter().for_each(|slot| _ = inner.resume(*slot, now_ms));
        let next = inner.breakers.values().filter_map(|breaker| breaker.pause().map(|pause| pause.until_ms));
        let next = next.min();
        (over, next)
    }

    /// Whether a handler is paused.
    pub(crate) fn is_paused(&self, slot: u16) -> bool {
        self.is_set() && self.inner().as_ref().is_some_and(|inner| inner.is_paused(slot))
    }

    /// The pause of a handler.
    pub(crate) fn pause(&self, slot: u16) -> Option<Pause> {
        if !self.is_set() {
            return None;
        }
        self.inner().as_ref()?.breakers.get(&slot)?.pause().cloned()
    }

    /// How often a handler was paused since the start.
    pub(crate) fn pauses(&self, slot: u16) -> u64 {
        let inner = self.inner();
        inner.as_ref().and_then(|inner| inner.breakers.get(&slot)).map_or(0, Breaker::pauses)
    }

    /// How much is held for a handler.
    pub(crate) fn held(&self, slot: u16) -> u64 {
        let inner = self.inner();
        inner.as_ref().map_or(0, |inner| inner.held.iter().filter(|mail| mail.slot == slot).count() as u64)
    }

    /// Takes the oldest of what is held that `may_go`.
    pub(crate) fn evict(&self, may_go: impl Fn(&Mail) -> bool) -> Option<Mail> {
        if !self.is_set() {
            return None;
        }
        let mut inner = self.inner();
        let held = &mut inner.as_mut()?.held;
        let oldest = held.iter().position(may_go)?;
        held.remove(oldest)
    }

    /// Takes what was put aside and is picked.
    pub(crate) fn take_where(&self, is_picked: impl Fn(&Mail) -> bool) -> VecDeque<Mail> {
        let mut picked = VecDeque::new();
        if let Some(inner) = &mut *self.inner() {
            for aside in [&mut inner.released, &mut inner.held] {
                let (taken, left) = std::mem::take(aside).into_iter().partition(|mail| is_picked(mail));
                *aside = left;
                picked.extend::<VecDeque<Mail>>(taken);
            }
        }
        picked
    }

    /// Takes all that was put aside.
    pub(crate) fn take_all(&self) -> VecDeque<Mail> {
        let mut all = VecDeque::new();
        if let Some(inner) = &mut *self.inner() {
            all.append(&mut inner.released);
            all.append(&mut inner.held);
        }
        all
    }
}

impl Inner {
    fn is_paused(&self, slot: u16) -> bool {
        self.breakers.get(&slot).is_some_and(|breaker| breaker.pause().is_some())
    }

    fn take_released(&mut self, batch: &mut VecDeque<Mail>) {
        if !self.released.is_empty() {
            self.released.append(batch);
            std::mem::swap(&mut self.released, batch);
        }
    }

    fn resume(&mut self, slot: u16, now_ms: u64) -> bool {
        let was_paused = self.breakers.get_mut(&slot).is_some_and(|breaker| breaker.resume(now_ms));
        let (of_it, others) = std::mem::take(&mut self.held).into_iter().partition(|mail| mail.slot == slot);
        self.held = others;
        let mut of_it: VecDeque<Mail> = of_it;
        self.released.append(&mut of_it);
        was_paused
    }
}
