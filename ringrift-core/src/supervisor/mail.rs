//! The mail of a running daemon.

use std::{future::poll_fn, sync::Arc, task::Poll};

use super::{start::Failure, work::Work};
use crate::delivery::taken::Taken;

/// Runs batch after batch. `Ok` once it has drained; `Err` is a failure of the daemon.
///
/// # Cancel safety
/// Dropped, it gives what is not settled back to the mailbox, in order.
pub(super) async fn run(work: &Work<'_>) -> Result<(), Failure> {
    let Some(mailbox) = &work.life.record.mailbox else {
        return poll_fn(|_| if work.is_draining() { Poll::Ready(Ok(())) } else { Poll::Pending }).await;
    };
    let mut taken = Taken::new(Arc::clone(mailbox));
    while filled(work, &mut taken).await {
        work.living.batch(&mut taken).await.map_err(Failure::new)?;
        if mailbox.breakers.is_set() {
            // A batch that was put aside has cost no budget.
            tokio::task::coop::consume_budget().await;
        }
    }
    // What came in until the stop began is still handled; what comes later waits for the next start.
    if taken.fill_now() {
        work.living.batch(&mut taken).await.map_err(Failure::new)?;
    }
    Ok(())
}

/// Waits for mail; false once the daemon drains.
fn filled(work: &Work<'_>, taken: &mut Taken) -> impl Future<Output = bool> {
    poll_fn(|cx| if work.is_draining() { Poll::Ready(false) } else { taken.poll_fill(cx).map(|()| true) })
}
