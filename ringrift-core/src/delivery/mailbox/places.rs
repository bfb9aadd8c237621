//! The deliveries that may be in hand, for the ticker.

use futures_util::task::AtomicWaker;

use super::{Mailbox, Watch};
use crate::delivery::watch::Watched;

/// One of the deliveries that may be in hand at once, each polled by a waker of its own.
#[derive(Debug, Default)]
pub(crate) struct Place {
    watch: Watch,
    waker: AtomicWaker,
}

impl Place {
    pub(crate) fn watched(&self) -> Watched<'_> {
        Watched { watch: &self.watch, waker: &self.waker }
    }
}

impl Mailbox {
    /// The delivery in hand, where it is one at a time: it is polled by the daemon's task itself.
    #[inline]
    pub(crate) fn watched_alone<'a>(&'a self, task: &'a AtomicWaker) -> Watched<'a> {
        Watched { watch: &self.alone, waker: task }
    }

    /// Every delivery that may be in hand, with whom to wake when it is expired.
    pub(crate) fn watched<'a>(&'a self, task: &'a AtomicWaker) -> impl Iterator<Item = Watched<'a>> {
        self.places.iter().map(Place::watched).chain([self.watched_alone(task)])
    }

    pub(crate) fn watches(&self) -> impl Iterator<Item = &Watch> {
        self.places.iter().map(|place| &place.watch).chain([&self.alone])
    }
}
