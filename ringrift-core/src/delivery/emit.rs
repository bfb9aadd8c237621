//! The future of one emit.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use thiserror::Error;

use super::{router::Router, waiting::Waiting};
use crate::words::event::Erased;

/// Handlers that emit in a circle are cut off here: A -> B -> A at the 32nd hop.
pub const HOP_LIMIT: u8 = 32;

/// Why an event was not published.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EmitError {
    /// Handlers emit in a circle.
    #[error(
        "`{event}` was not emitted: {HOP_LIMIT} handlers in a row emitted an event, which looks like a circle; break it, or emit from a cycle"
    )]
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
}

/// Publishes the event when it is awaited.
///
/// `Ok` says that every subscriber has the event in its mailbox, or that the delivery is accounted
/// for as its overflow policy says; it does not wait for handlers.
///
/// # Cancel safety
/// Not polled, nothing is emitted. Dropped while it waits for a full mailbox, the deliveries that
/// wait become dead letters (`mailbox_full`).
#[must_use = "an event is emitted only when this is awaited"]
pub struct Emit<'a> {
    router: &'a Router,
    event: Option<Arc<Erased>>,
    /// Boxed, and so that the future does not depend on the event's type: one mistake in the bounds
    /// of `emit` is one message.
    waiting: Option<Pin<Box<Waiting<'a>>>>,
}

impl<'a> Emit<'a> {
    #[inline]
    pub(crate) fn new(router: &'a Router, event: Arc<Erased>) -> Self {
        Self { router, event: Some(event), waiting: None }
    }
}

impl Future for Emit<'_> {
    type Output = Result<(), EmitError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(waiting) = &mut self.waiting {
            return waiting.as_mut().poll(cx).map(Ok);
        }
        let budget = ready!(tokio::task::coop::poll_proceed(cx));
        let event = self.event.take().expect("a future is not polled after it returned");
        budget.made_progress();
        match self.router.publish(event) {
            Err(error) => Poll::Ready(Err(error)),
            Ok(None) => Poll::Ready(Ok(())),
            Ok(Some(waiting)) => {
                let mut waiting = Box::pin(waiting);
                let poll = waiting.as_mut().poll(cx).map(Ok);
                self.waiting = Some(waiting);
                poll
            }
        }
    }
}
