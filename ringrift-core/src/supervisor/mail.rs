//! The mail of a running daemon.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use super::{start::Failure, work::Draining};
use crate::{
    declaration::live::{incarnation::Incarnation, record::Record},
    delivery::taken::Taken,
};

/// Runs batch after batch. `Ok` once it has drained; `Err` is a failure of the daemon.
///
/// # Cancel safety
/// Dropped, it gives what is not settled back to the mailbox, in order.
pub(super) async fn run(record: &Record, living: &dyn Incarnation, draining: &Draining) -> Result<(), Failure> {
    let Some(mailbox) = &record.mailbox else {
        return pending_until(draining).await;
    };
    let mut taken = Taken::new(Arc::clone(mailbox));
    while filled(&mut taken, draining).await {
        living.batch(&mut taken).await.map_err(Failure::new)?;
    }
    // What came in until the stop began is still handled; what comes later waits for the next start.
    if taken.fill_now() {
        living.batch(&mut taken).await.map_err(Failure::new)?;
    }
    Ok(())
}

/// Waits for mail; false once the daemon drains.
async fn filled(taken: &mut Taken, draining: &Draining) -> bool {
    let mut fill = pin!(taken.fill());
    poll_fn(|cx| {
        if draining.is_on() {
            return Poll::Ready(false);
        }
        fill.as_mut().poll(cx).map(|()| true)
    })
    .await
}

async fn pending_until(draining: &Draining) -> Result<(), Failure> {
    poll_fn(|_| if draining.is_on() { Poll::Ready(Ok(())) } else { Poll::Pending }).await
}
