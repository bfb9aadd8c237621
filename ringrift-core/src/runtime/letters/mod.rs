//! What an operator does with dead letters.

mod address;
#[cfg(feature = "store")]
mod effect;
mod error;
mod filter;
mod jsonl;
mod record;
mod retry;

use std::sync::Arc;

pub use self::{
    error::LetterError,
    filter::LetterFilter,
    jsonl::{ImportError, LineProblem},
    record::{DeadLetter, LetterHeaders},
    retry::{RetryRate, RetryReport},
};
use super::{Inner, Runtime};
use crate::{
    declaration::live::world::World,
    delivery::dead_letters::{LetterId, Refused},
};

/// The dead letters of a runtime, and what can be done with them.
///
/// It is as cheap to clone as the runtime, and keeps it alive. A dead letter is one delivery that went wrong:
/// one event, one handler. It is retried by itself, after 60, 120, 240 .. 3600 s; after 5 retries it is
/// exhausted, and a person decides. What is recovered or discarded stays to be looked at until it is purged.
///
/// These are the 10,000 in memory. Beyond them the letters of durable events wait in the store, where there is one,
/// and come as room does, while `dlq_retry` runs; how many wait is in
/// [`DeadLetterCounts::in_store`](crate::DeadLetterCounts::in_store). Of other events the oldest are discarded.
///
/// ```
/// use std::num::NonZeroU32;
///
/// use ringrift_core::{
///     LetterState, Runtime,
///     runtime::letters::{LetterFilter, RetryRate},
/// };
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let runtime = Runtime::builder().start().await?;
/// let letters = runtime.dead_letters();
/// let exhausted = LetterFilter { state: Some(LetterState::Exhausted), ..LetterFilter::default() };
/// for letter in letters.list(&exhausted) {
///     println!("{}: {}::{}: {}", letter.id, letter.daemon, letter.handler, letter.error);
/// }
/// println!("would retry {}", letters.dry_run(&exhausted).retried.len());
/// let ten = NonZeroU32::new(10).expect("it is not zero");
/// let report = letters.retry_all(&exhausted, RetryRate::PerSecond(ten)).await;
/// println!("{} retried, {} not", report.retried.len(), report.refused.len());
/// # runtime.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DeadLetterOffice {
    inner: Arc<Inner>,
}

/// What [`DeadLetterOffice::purge`] removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purge {
    /// Only what is recovered or discarded.
    Settled,
    /// Also what is pending or exhausted: it is given up, and counted as discarded.
    Everything,
}

impl Runtime {
    /// The dead letters, to be looked at, retried, discarded, purged, exported and imported.
    pub fn dead_letters(&self) -> DeadLetterOffice {
        DeadLetterOffice { inner: Arc::clone(&self.inner) }
    }
}

impl DeadLetterOffice {
    fn runtime(&self) -> Runtime {
        Runtime { inner: Arc::clone(&self.inner) }
    }

    fn world(&self) -> &World {
        &self.inner.world
    }

    /// The filter with the event's name in place of an alias.
    fn canonical(&self, filter: &LetterFilter) -> LetterFilter {
        let name = |name: &String| self.inner.registry.event(name).map_or(name.clone(), |meta| meta.name.to_owned());
        LetterFilter { event: filter.event.as_ref().map(name), ..filter.clone() }
    }

    /// The letters that are meant, oldest first.
    pub fn list(&self, filter: &LetterFilter) -> Vec<DeadLetter> {
        let (world, filter) = (self.world(), self.canonical(filter));
        let letters = world.router.letters.select(filter.limit(), |letter| filter.matches(world, letter));
        letters.iter().map(|(id, letter)| DeadLetter::of(world, *id, letter)).collect()
    }

    /// One letter.
    ///
    /// # Errors
    /// [`LetterError::Unknown`].
    pub fn show(&self, id: LetterId) -> Result<DeadLetter, LetterError> {
        let letter = self.world().router.letters.get(id).ok_or(LetterError::Unknown { id })?;
        Ok(DeadLetter::of(self.world(), id, &letter))
    }

    /// Gives one letter up: it is not retried any more, and counts as discarded.
    ///
    /// # Errors
    /// When there is none of that number, when its retry is under way, or when it is settled already.
    pub fn discard(&self, id: LetterId) -> Result<(), LetterError> {
        let discarded = self.world().router.discard_letter(id).map_err(|refused| self.explain(id, refused));
        self.runtime().noted("discard_letter", id, discarded)
    }

    /// Gives up the letters that are meant and are pending or exhausted, but for those whose retry is under
    /// way. Returns their numbers.
    pub fn discard_all(&self, filter: &LetterFilter) -> Vec<LetterId> {
        let ids = self.live(filter).into_iter().filter(|id| self.world().router.discard_letter(*id).is_ok());
        let ids: Vec<LetterId> = ids.collect();
        self.runtime().note("discard_letters", filter.told(), format!("{} discarded", ids.len()));
        ids
    }

    /// The letters that are meant and not settled, oldest first.
    fn live(&self, filter: &LetterFilter) -> Vec<LetterId> {
        let (world, filter) = (self.world(), self.canonical(filter));
        let is_live = |letter: &_| filter.matches(world, letter);
        let letters =
            world.router.letters.select(filter.limit(), |letter| !letter.state.is_settled() && is_live(letter));
        letters.into_iter().map(|(id, _)| id).collect()
    }

    /// Removes the letters that are meant, and returns how many; never one whose retry is under way.
    pub fn purge(&self, filter: &LetterFilter, purge: Purge) -> u64 {
        let (world, told, filter) = (self.world(), filter.told(), self.canonical(filter));
        let mut left = filter.limit();
        let purged = world.router.purge_letters(|letter| {
            let is_meant = (purge == Purge::Everything || letter.state.is_settled()) && left > 0;
            let is_meant = is_meant && filter.matches(world, letter);
            left -= usize::from(is_meant);
            is_meant
        });
        let live = purged.iter().filter(|letter| !letter.state.is_settled()).count();
        let outcome = format!("{} purged, {live} of them pending or exhausted", purged.len());
        self.runtime().note("purge_letters", told, outcome);
        purged.len() as u64
    }

    fn explain(&self, id: LetterId, refused: Refused) -> LetterError {
        let Ok(letter) = self.show(id) else { return LetterError::Unknown { id } };
        let DeadLetter { daemon, handler, event, .. } = letter;
        match refused {
            Refused::Unknown => LetterError::Unknown { id },
            Refused::AlreadyRetrying => LetterError::AlreadyRetrying { id },
            Refused::Settled(state) => LetterError::Settled { id, state },
            Refused::NotRunning => {
                let record = self.world().records.iter().find(|record| record.ty.as_str() == daemon);
                let state = record.map_or("not there".to_owned(), |record| record.state_name().to_string());
                LetterError::NotRunning { id, daemon, state }
            }
            Refused::MailboxFull => LetterError::MailboxFull { id, daemon },
            Refused::Paused => LetterError::Paused { id, daemon, handler },
            Refused::Undeliverable => LetterError::NoHandler { id, daemon, handler, event },
        }
    }
}
