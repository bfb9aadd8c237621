//! Retries by hand: one letter, or many at a pace.

use std::{num::NonZeroU32, time::Duration};

use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::{DeadLetter, DeadLetterOffice, LetterError, LetterFilter, address::Written};
use crate::{
    delivery::dead_letters::{Addressee, DeadReason, LetterEvent, LetterId, Refused},
    words::options::BLOCK_LIMIT,
};

/// How fast [`DeadLetterOffice::retry_all`] goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryRate {
    /// As fast as the mailboxes take them.
    AtOnce,
    /// So many a second, evenly; 1,000 at most, which is as fine as the timer.
    PerSecond(NonZeroU32),
}

impl RetryRate {
    fn pace(self) -> Option<Interval> {
        let Self::PerSecond(n) = self else { return None };
        let mut pace = interval((Duration::from_secs(1) / n.get()).max(Duration::from_millis(1)));
        // Who was held up does not catch up: the rate is a limit.
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Some(pace)
    }
}

/// What became of the retries that were asked for, or would become of them.
#[derive(Debug, Default)]
pub struct RetryReport {
    /// Those in the mailbox of their handler now, in that order. How each ended, `show` tells.
    pub retried: Vec<LetterId>,
    /// Those that stay as they were, each with the reason.
    pub refused: Vec<(LetterId, LetterError)>,
}

impl RetryReport {
    fn note(&mut self, id: LetterId, outcome: Result<(), LetterError>) {
        match outcome {
            Ok(()) => self.retried.push(id),
            Err(error) => self.refused.push((id, error)),
        }
    }
}

/// Many retries under way. However they end, what came of them is noted once.
struct UnderWay<'a> {
    office: &'a DeadLetterOffice,
    filter: &'a LetterFilter,
    /// `None` once it is noted.
    report: Option<RetryReport>,
}

impl UnderWay<'_> {
    fn end(mut self) -> RetryReport {
        self.note("")
    }

    fn note(&mut self, how: &str) -> RetryReport {
        let report = self.report.take().unwrap_or_default();
        let outcome = format!("{} retried, {} refused{how}", report.retried.len(), report.refused.len());
        self.office.runtime().note("retry_letters", self.filter.told(), outcome);
        report
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if self.report.is_some() {
            self.note(", then cut off");
        }
    }
}

impl DeadLetterOffice {
    /// Sends one letter to its handler again, and to nobody else; returns once it is in the mailbox.
    ///
    /// The event keeps its id. The retry counts as an attempt once its handler has ended: the letter is
    /// recovered then, or has failed once more. An exhausted letter may be retried too, as often as you like.
    /// Of two operators at once one succeeds, and the event is delivered once. The effect of a letter that is
    /// `interrupted` is made again; if it was made, say so first: `effect_was_made`.
    ///
    /// # Errors
    /// When there is none of that number, or it is being retried or is settled already; when its daemon does not
    /// run, has no room, or its handler is paused; when this program has no such handler, or can't read the
    /// payload. No attempt is spent then.
    pub fn retry(&self, id: LetterId) -> Result<(), LetterError> {
        self.runtime().noted("retry_letter", id, self.retry_now(id))
    }

    fn retry_now(&self, id: LetterId) -> Result<(), LetterError> {
        self.revive(id)?;
        self.world().router.retry_letter(id).map_err(|refused| self.explain(id, refused))
    }

    /// Retries the letters that are meant and are pending or exhausted, oldest first, whether they are due or
    /// not. Where a mailbox is full, it waits for room, up to 5 s for each letter.
    ///
    /// Those that are `interrupted` are refused, unless the filter's reason is
    /// [`Interrupted`](crate::DeadReason::Interrupted): a retry makes their effects of `once` again.
    ///
    /// # Cancel safety
    /// Dropped, it begins no more retries; those that it has begun go on.
    pub async fn retry_all(&self, filter: &LetterFilter, rate: RetryRate) -> RetryReport {
        let mut pace = rate.pace();
        let mut under_way = UnderWay { office: self, filter, report: Some(RetryReport::default()) };
        for id in self.live(filter) {
            if let Some(pace) = &mut pace {
                pace.tick().await;
            }
            let outcome = match self.is_asked_for(id, filter) {
                Ok(()) => self.retry_with_room(id).await,
                refused => refused,
            };
            under_way.report.get_or_insert_default().note(id, outcome);
        }
        under_way.end()
    }

    /// What [`retry_all`](Self::retry_all) would do now, without doing it. Those whose mailbox is full now
    /// are among the refused: nobody knows whether there will be room.
    pub fn dry_run(&self, filter: &LetterFilter) -> RetryReport {
        let mut report = RetryReport::default();
        for id in self.live(filter) {
            let is_asked_for = self.is_asked_for(id, filter);
            let possible = is_asked_for.and_then(|()| self.readable(id)).and_then(|_| self.possible(id));
            report.note(id, possible);
        }
        report
    }

    /// Nobody is to double an effect by a retry of everything.
    fn is_asked_for(&self, id: LetterId, filter: &LetterFilter) -> Result<(), LetterError> {
        let reason = self.world().router.letters.get(id).ok_or(LetterError::Unknown { id })?.death.reason;
        let is_asked_for = reason != DeadReason::Interrupted || filter.reason == Some(reason);
        if is_asked_for { Ok(()) } else { Err(LetterError::Interrupted { id }) }
    }

    fn possible(&self, id: LetterId) -> Result<(), LetterError> {
        self.world().router.can_retry(id).map_err(|refused| self.explain(id, refused))
    }

    async fn retry_with_room(&self, id: LetterId) -> Result<(), LetterError> {
        let until_taken = async {
            loop {
                let Some(room) = self.world().router.room_for(id) else { return self.retry_now(id) };
                match self.retry_now(id) {
                    Err(LetterError::MailboxFull { .. }) => room.await,
                    outcome => return outcome,
                }
            }
        };
        // The last word is that of a retry without waiting.
        timeout(BLOCK_LIMIT, until_taken).await.unwrap_or_else(|_| self.retry_now(id))
    }

    /// Reads again what could not be read, or had no handler, when the letter came to be.
    fn revive(&self, id: LetterId) -> Result<(), LetterError> {
        match self.readable(id)? {
            None => Ok(()),
            Some((event, to)) => {
                let readdressed = self.world().router.readdress_letter(id, event, to);
                readdressed.map_err(|refused| self.explain(id, refused))
            }
        }
    }

    /// The event and the handler of a letter that lacks one of them; `None` when it has both.
    fn readable(&self, id: LetterId) -> Result<Option<(LetterEvent, Addressee)>, LetterError> {
        let letter = self.world().router.letters.get(id).ok_or(LetterError::Unknown { id })?;
        if matches!((&letter.event, &letter.to), (LetterEvent::Decoded(_), Addressee::Handler { .. })) {
            return Ok(None);
        }
        let shown = DeadLetter::of(self.world(), id, &letter);
        let written = Written { seq: letter.event.seq(), ..Written::of(&shown) };
        let to = self.addressee(&written).ok_or_else(|| self.explain(id, Refused::Undeliverable))?;
        let event = match self.decoded(&written) {
            _ if matches!(letter.event, LetterEvent::Decoded(_)) => letter.event,
            Some(Ok(event)) => event,
            Some(Err(source)) => return Err(LetterError::Schema { id, event: shown.event, source }),
            None => return Err(self.explain(id, Refused::Undeliverable)),
        };
        Ok(Some((event, to)))
    }
}
