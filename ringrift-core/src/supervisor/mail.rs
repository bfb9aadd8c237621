//! The mail of a running daemon.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Poll, ready},
    time::Duration,
};

use tokio::time::{Sleep, sleep};

use super::{start::Failure, work::Work};
use crate::{
    declaration::live::incarnation::Boxed,
    delivery::{mailbox::Mailbox, taken::Taken},
};

/// How long a daemon waits before it reads the store again that could not be read.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// Runs batch after batch. `Ok` once it has drained; `Err` is a failure of the daemon.
///
/// # Cancel safety
/// Dropped, it gives what is not settled back to the mailbox, in order.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn run(work: &Work<'_>) -> impl Future<Output = Result<(), Failure>> + Send {
    async move {
        let Some(mailbox) = &work.life.record.mailbox else {
            return poll_fn(|_| if work.is_draining() { Poll::Ready(Ok(())) } else { Poll::Pending }).await;
        };
        loop {
            let again = if mailbox.wanted().is_some() { Box::pin(load(work, mailbox)).await } else { None };
            // Matched before it is awaited, or the task would hold the batch twice.
            let mail = match filled(work, mailbox, again).await {
                Filled::Mail(taken) => batches(work, taken),
                Filled::LookAgain => continue,
                Filled::Drains => break,
            };
            mail.await?;
            if mailbox.breakers.is_set() {
                // A batch that was put aside has cost no budget.
                tokio::task::coop::consume_budget().await;
            }
        }
        // What came in until the stop began is still handled; what comes later waits for the next start.
        let last = Taken::now(mailbox).map(|taken| batch(work, taken));
        if let Some(last) = last {
            last.await.map_err(Failure::new)?;
        }
        Ok(())
    }
}

fn batch<'a>(work: &'a Work<'_>, taken: Taken) -> Boxed<'a, Result<Taken, String>> {
    work.living.batch(work.life, taken)
}

/// Runs a batch, and what came in meanwhile, and so on.
fn batches(work: &Work<'_>, first: Taken) -> impl Future<Output = Result<(), Failure>> {
    let mut under_way = batch(work, first);
    poll_fn(move |cx| {
        loop {
            match ready!(under_way.as_mut().poll(cx)).map_err(Failure::new)?.again() {
                Some(more) if !work.is_draining() => under_way = batch(work, more),
                _ => return Poll::Ready(Ok(())),
            }
        }
    })
}

/// Loads what waits in the store; when it can't, the wait before it is tried again.
async fn load(work: &Work<'_>, mailbox: &Arc<Mailbox>) -> Option<Pin<Box<Sleep>>> {
    let life = &work.life;
    let journal = life.world.router.journal.as_ref()?;
    let mut load = pin!(journal.load(life.record.index, mailbox));
    let loaded = poll_fn(|cx| if work.is_draining() { Poll::Ready(None) } else { load.as_mut().poll(cx).map(Some) });
    match loaded.await? {
        Ok(letters) => {
            letters.into_iter().for_each(|letter| life.world.router.adopt_letter(letter));
            None
        }
        Err(error) => {
            tracing::warn!(%error, "what waits in the store can't be read");
            Some(Box::pin(sleep(READ_AGAIN)))
        }
    }
}

enum Filled {
    Mail(Taken),
    LookAgain,
    Drains,
}

/// Waits for mail, or for `again`, or until the daemon drains.
fn filled(work: &Work<'_>, mailbox: &Arc<Mailbox>, mut again: Option<Pin<Box<Sleep>>>) -> impl Future<Output = Filled> {
    poll_fn(move |cx| {
        if work.is_draining() {
            return Poll::Ready(Filled::Drains);
        }
        if let Poll::Ready(taken) = Taken::poll(mailbox, cx) {
            return Poll::Ready(Filled::Mail(taken));
        }
        match &mut again {
            Some(again) => again.as_mut().poll(cx).map(|()| Filled::LookAgain),
            None => Poll::Pending,
        }
    })
}
