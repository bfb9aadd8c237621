//! The batch that a daemon has in hand.

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll},
};

use super::{mail::Mail, mailbox::Mailbox, watch::Watch};

/// The batch in hand. Dropped, it gives what is not settled back to the head of the mailbox, in
/// order, so a restart loses nothing.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) mailbox: Arc<Mailbox>,
    batch: VecDeque<Mail>,
    /// Deliveries whose handlers run at once (`concurrency`), each with its place, in the order in
    /// which they were begun; empty when one runs at a time.
    side_by_side: Vec<(usize, Mail)>,
    /// Whether a handler was begun for the front of the batch.
    begun: bool,
}

impl Taken {
    fn new(mailbox: &Arc<Mailbox>, batch: VecDeque<Mail>) -> Self {
        Self { mailbox: Arc::clone(mailbox), batch, side_by_side: Vec::new(), begun: false }
    }

    /// Takes all mail; ready once there is some. While a daemon waits for its mail, it holds nothing of this.
    pub(crate) fn poll(mailbox: &Arc<Mailbox>, cx: &Context<'_>) -> Poll<Self> {
        let mut batch = VecDeque::new();
        let poll = mailbox.poll_take(&mut batch, cx);
        or_released(mailbox, &mut batch, poll).map(|()| Self::new(mailbox, batch))
    }

    /// Takes what waits now, without waiting.
    pub(crate) fn now(mailbox: &Arc<Mailbox>) -> Option<Self> {
        let batch = mailbox.take_now();
        (!batch.is_empty()).then(|| Self::new(mailbox, batch))
    }

    /// Takes what came in while the batch was in hand, without waiting; `None` when there is nothing, or
    /// something else is to be looked at first.
    pub(crate) fn again(mut self) -> Option<Self> {
        let is_taken = !self.mailbox.breakers.is_set() && self.mailbox.take_again(&mut self.batch);
        is_taken.then_some(self)
    }

    /// Whether more than one came at once.
    pub(crate) fn is_several(&self) -> bool {
        self.batch.len() > 1
    }

    /// Puts the mail of paused handlers aside.
    #[inline]
    fn skip_paused(&mut self) {
        if self.mailbox.breakers.is_set() {
            self.mailbox.breakers.sort(&mut self.batch);
        }
    }

    /// Takes what comes in while others are in hand, as long as the daemon runs.
    pub(crate) fn poll_more(&mut self, cx: &Context<'_>) -> Poll<()> {
        debug_assert!(self.batch.is_empty(), "a place is free only when nothing waits for one");
        let poll = self.mailbox.poll_take_open(&mut self.batch, cx);
        or_released(&self.mailbox, &mut self.batch, poll)
    }

    /// Begins the first delivery, which stays here until it is settled.
    #[inline]
    pub(crate) fn begin(&mut self) -> Option<(&Mailbox, &Mail)> {
        self.skip_paused();
        let mail = self.batch.front()?;
        self.begun = true;
        Some((&self.mailbox, mail))
    }

    /// The first delivery has come to an end.
    #[inline]
    pub(crate) fn settle(&mut self) {
        self.begun = false;
        drop(self.batch.pop_front());
        self.mailbox.settle();
    }

    /// The store refused what the handler of the first delivery asked for: that one, and what is behind it, waits there.
    #[cold]
    pub(crate) fn put_back(&mut self, until_ms: u64) {
        let first = self.batch.pop_front();
        self.begun = false;
        self.mailbox.settle();
        if let Some(mail) = first {
            self.mailbox.put_back(&mail, &mut self.batch, std::iter::empty(), until_ms);
        }
    }

    /// The same, of the delivery at `place`. Those beside it go on.
    #[cold]
    pub(crate) fn put_back_at(&mut self, place: usize, until_ms: u64) {
        let found = self.side_by_side.extract_if(.., |(taken, _)| *taken == place).next();
        self.mailbox.settle();
        if let Some((_, mail)) = found {
            let beside = self.side_by_side.iter().map(|(_, mail)| mail);
            self.mailbox.put_back(&mail, &mut self.batch, beside, until_ms);
        }
    }

    /// Begins the first delivery beside others, at a place that [`settle_at`](Self::settle_at) frees.
    pub(crate) fn begin_at(&mut self, place: usize) -> Option<Mail> {
        self.skip_paused();
        let mail = self.batch.pop_front()?;
        self.side_by_side.push((place, mail.clone()));
        Some(mail)
    }

    /// The delivery at `place` has come to an end.
    pub(crate) fn settle_at(&mut self, place: usize) {
        self.side_by_side.retain(|(taken, _)| *taken != place);
        self.mailbox.settle();
    }
}

/// Looks for what was released once the reader is registered, so that it is not missed.
fn or_released(mailbox: &Mailbox, batch: &mut VecDeque<Mail>, poll: Poll<()>) -> Poll<()> {
    let breakers = &mailbox.breakers;
    if poll.is_pending() && breakers.is_set() && breakers.take_released(batch) {
        return Poll::Ready(());
    }
    poll
}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.batch.is_empty() && self.side_by_side.is_empty() {
            return;
        }
        // Nothing of it is in hand any more, or the ticker would see it stall.
        self.mailbox.watches().for_each(Watch::end);
        if let (true, Some(front)) = (self.begun, self.batch.front_mut()) {
            front.attempt = front.attempt.saturating_add(1);
        }
        let mut back: VecDeque<Mail> = self.side_by_side.drain(..).map(|(_, mail)| mail).collect();
        back.iter_mut().for_each(|mail| mail.attempt = mail.attempt.saturating_add(1));
        back.append(&mut self.batch);
        if !back.is_empty() {
            self.mailbox.give_back(back);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::{
        delivery::{mail::Gate, slot::Slot},
        words::{
            event::{Envelope, Event as _},
            options::Overflow,
        },
    };

    /// A number.
    #[ringrift_macros::event("TAKEN_NUMBER", external)]
    #[derive(Debug, Serialize, Deserialize)]
    struct Number(u32);

    fn mailbox(mail: u32, concurrency: u32) -> Arc<Mailbox> {
        let slots = [Slot::new("on_number", Number::meta(), Duration::from_secs(30), None, None)];
        let mailbox = Mailbox::new(slots.into(), 8, Overflow::Block, concurrency);
        mailbox.set_gate(Gate::Open);
        for n in 0..mail {
            let mail = Mail { event: Envelope::from_outside(Number(n)), slot: 0, attempt: 0, letter: None };
            mailbox.push(mail).expect("there is room");
        }
        Arc::new(mailbox)
    }

    /// What waits: each number with its attempt.
    fn waiting(mailbox: &Mailbox) -> Vec<(u32, u16)> {
        mailbox.take_now().iter().map(|mail| (mail.event.payload::<Number>().0, mail.attempt)).collect()
    }

    #[test]
    fn what_was_begun_goes_back_to_the_head_with_one_more_attempt() {
        let mailbox = mailbox(3, 1);
        let mut taken = Taken::now(&mailbox).unwrap();
        taken.begin();
        taken.settle();
        taken.begin();
        drop(taken);
        assert_eq!(waiting(&mailbox), [(1, 1), (2, 0)]);
    }

    #[test]
    fn what_was_begun_side_by_side_goes_back_in_order_with_one_more_attempt() {
        let mailbox = mailbox(5, 3);
        let mut taken = Taken::now(&mailbox).unwrap();
        for place in [2, 1, 0] {
            taken.begin_at(place);
        }
        taken.settle_at(1);
        taken.begin_at(1);
        drop(taken);
        assert_eq!(waiting(&mailbox), [(0, 1), (2, 1), (3, 1), (4, 0)]);
    }
}
