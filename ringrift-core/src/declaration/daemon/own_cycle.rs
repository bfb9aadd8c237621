//! Whether a daemon has a `run_cycle` of its own, which no bound can ask: by what the method returns.

use std::{
    future::Future,
    pin::Pin,
    task::{Context as Poller, Poll},
};

use super::{Context, error::DaemonResult};

/// What the `run_cycle` of [`Daemon`](super::Daemon) returns: nothing at an unusual alignment, as no
/// future of a user's is. An `async fn` has at least its parameters.
#[repr(align(32))]
pub(super) struct NoCycle;

impl Future for NoCycle {
    type Output = DaemonResult;

    fn poll(self: Pin<&mut Self>, _: &mut Poller<'_>) -> Poll<DaemonResult> {
        Poll::Ready(Ok(()))
    }
}

/// Whether the method returns anything else.
pub(super) const fn is_own<'a, D: 'a, Run, Cycle>(_: &Run) -> bool
where
    Run: Fn(&'a D, &'a Context<D>) -> Cycle,
{
    size_of::<Cycle>() != size_of::<NoCycle>() || align_of::<Cycle>() != align_of::<NoCycle>()
}
