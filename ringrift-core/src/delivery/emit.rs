//! The future of one emit.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use thiserror::Error;

use super::{journal::Origin, router::Router};
use crate::words::event::Erased;

/// Handlers that emit in a circle are cut off here: A -> B -> A at the 32nd hop.
pub const HOP_LIMIT: u8 = 32;
/// What is said of the event that is cut off.
pub(super) const HOP_LIMIT_SAYS: &str = " was not emitted: 32 handlers in a row emitted an event, which looks like a circle; break it, or emit from a cycle";

/// Why an event was not published.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EmitError {
    /// Handlers emit in a circle.
    #[error("`{event}`{HOP_LIMIT_SAYS}")]
    HopLimit {
        /// The event.
        event: &'static str,
    },
    /// The runtime has ended.
    #[error("`{event}` was not emitted: the runtime has stopped")]
    Stopped {
        /// The event.
        event: &'static str,
    },
    /// It is durable, and the disk is full. Nothing of it is kept; emit it again later: durable events
    /// are taken again as soon as there is space. A handler of a durable event hands this on with `?`: its
    /// own event then waits in the store, and the handler runs again once there is space.
    #[error("`{event}` was not emitted: the disk is full")]
    StorageFull {
        /// The event.
        event: &'static str,
    },
    /// It is durable, and can't be stored.
    #[error("`{event}` was not emitted: {cause}")]
    StorageFailed {
        /// The event.
        event: &'static str,
        /// Why.
        cause: String,
    },
    /// It is durable, and its payload can't be written as JSON.
    #[error("`{event}` was not emitted: its payload can't be serialised: {cause}")]
    NotEncoded {
        /// The event.
        event: &'static str,
        /// What `serde_json` says.
        cause: String,
    },
    /// It is durable, and its payload is longer than 1 MiB as JSON.
    #[error(
        "`{event}` was not emitted: its payload has {bytes} bytes as JSON, and 1048576 is the most; store it elsewhere, and emit where it is"
    )]
    TooLarge {
        /// The event.
        event: &'static str,
        /// How long its payload is.
        bytes: usize,
    },
}

/// Publishes the event when it is awaited.
///
/// `Ok` says that every subscriber has the event in its mailbox, or that the delivery is accounted
/// for as its overflow policy says; it does not wait for handlers. Of a durable event, `Ok` says that
/// it is on disk.
///
/// # Cancel safety
/// Not polled, nothing is emitted. Dropped while it waits for a full mailbox, the deliveries that
/// wait become dead letters (`mailbox_full`). Dropped while a durable event is on its way to the disk,
/// that event may or may not be emitted.
#[must_use = "an event is emitted only when this is awaited"]
pub struct Emit<'a> {
    router: &'a Router,
    event: Option<Arc<Erased>>,
    /// In whose handler it is emitted, if that may run again.
    origin: Option<Arc<Origin>>,
    /// Boxed, and so that the future does not depend on the event's type: one mistake in the bounds
    /// of `emit` is one message.
    waiting: Option<Pending<'a>>,
}

/// What is left to wait for: full mailboxes, or the disk.
type Pending<'a> = Pin<Box<dyn Future<Output = Result<(), EmitError>> + Send + 'a>>;

impl<'a> Emit<'a> {
    #[inline]
    pub(crate) fn new(router: &'a Router, event: Arc<Erased>) -> Self {
        Self { router, event: Some(event), origin: None, waiting: None }
    }

    /// The same, in the handler of a stored delivery.
    #[inline]
    pub(crate) fn within(mut self, origin: Option<Arc<Origin>>) -> Self {
        self.origin = origin;
        self
    }

    #[cold]
    fn wait(&mut self, mut pending: Pending<'a>, cx: &mut Context<'_>) -> Poll<Result<(), EmitError>> {
        let poll = pending.as_mut().poll(cx);
        self.waiting = Some(pending);
        poll
    }
}

impl Future for Emit<'_> {
    type Output = Result<(), EmitError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(waiting) = &mut self.waiting {
            return waiting.as_mut().poll(cx);
        }
        let budget = ready!(tokio::task::coop::poll_proceed(cx));
        let event = self.event.take().expect("a future is not polled after it returned");
        budget.made_progress();
        if event.meta.durable {
            let (router, origin) = (self.router, self.origin.take());
            return self.wait(Box::pin(router.store(event, origin)), cx);
        }
        match self.router.publish(event) {
            Err(error) => Poll::Ready(Err(error)),
            Ok(None) => Poll::Ready(Ok(())),
            Ok(Some(waiting)) => self.wait(Box::pin(waiting), cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hop_limit_is_told() {
        assert_eq!(HOP_LIMIT, 32);
        let says = "`X` was not emitted: 32 handlers in a row emitted an event, which looks like a circle; break it, or emit from a cycle";
        assert_eq!(EmitError::HopLimit { event: "X" }.to_string(), says);
    }
}
