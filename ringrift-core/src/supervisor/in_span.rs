//! Keeps the log of a daemon in the daemon's span.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tracing::Span;

use crate::delivery::guard::{poll_caught, unended};

/// Polls a future in a span, and drops it there; a panic is its message.
///
/// As tracing's `Instrumented`, but for borrowing the span: an idle daemon would hold it twice.
pub(super) struct InSpan<'a, F> {
    span: &'a Span,
    future: Pin<&'a mut Option<F>>,
}

impl<'a, F> InSpan<'a, F> {
    pub(super) fn new(span: &'a Span, future: Pin<&'a mut Option<F>>) -> Self {
        Self { span, future }
    }
}

impl<F: Future> Future for InSpan<'_, F> {
    type Output = Result<F::Output, String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let _entered = self.span.enter();
        poll_caught(unended(self.future.as_mut()), cx)
    }
}

impl<F> Drop for InSpan<'_, F> {
    fn drop(&mut self) {
        let _entered = self.span.enter();
        self.future.set(None);
    }
}
