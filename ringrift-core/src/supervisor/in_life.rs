//! Keeps what runs of a life where it belongs: its log in the daemon's span, and its thread attributed.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    declaration::live::incarnation::Life,
    delivery::guard::{poll_caught, unended},
};

/// Polls the future of a life, and drops it, in its span and attributed to its daemon; a panic is its
/// message.
///
/// As tracing's `Instrumented`, tokio's `TaskLocalFuture` and our `Attributed`, but for borrowing all they
/// need from the life: an idle daemon would hold it twice.
pub(super) struct InLife<'a, F> {
    life: &'a Life,
    future: Pin<&'a mut Option<F>>,
}

impl<'a, F> InLife<'a, F> {
    pub(super) fn new(life: &'a Life, future: Pin<&'a mut Option<F>>) -> Self {
        Self { life, future }
    }
}

impl<F: Future> Future for InLife<'_, F> {
    type Output = Result<F::Output, String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let _marked = self.life.owner().mark();
        let _entered = self.life.span.enter();
        poll_caught(unended(self.future.as_mut()), cx)
    }
}

impl<F> Drop for InLife<'_, F> {
    fn drop(&mut self) {
        let _marked = self.life.owner().mark();
        let _entered = self.life.span.enter();
        self.future.set(None);
    }
}
