//! The mail of a running daemon.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Poll, ready},
};

use tokio::time::Sleep;

use super::{start::Failure, work::Work};
use crate::{
    declaration::live::incarnation::Boxed,
    delivery::{
        mailbox::{Mailbox, stored::Wanted},
        taken::Taken,
    },
};

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
            let again = match mailbox.wanted() {
                Some(wanted) => Box::pin(load(work, mailbox, wanted)).await,
                None => Again::Never,
            };
            // Matched before it is awaited, or the task would hold the batch twice.
            let (is_stream, mail) = match filled(work, mailbox, again).await {
                Filled::Mail(taken) => (taken.is_several(), batches(work, taken)),
                Filled::LookAgain => continue,
                Filled::Drains => break,
            };
            mail.await?;
            if is_stream && mailbox.is_pushed_elsewhere() {
                // More is on its way: to look once more costs less than to be woken for it.
                tokio::task::yield_now().await;
            }
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

/// What the reader looks for besides mail.
enum Again {
    Never,
    /// More waits in the store, and nothing of what was loaded can be read.
    Now,
    /// What waits in the store can't be read before that.
    After(Pin<Box<Sleep>>),
}

/// Loads what waits in the store.
async fn load(work: &Work<'_>, mailbox: &Arc<Mailbox>, wanted: Wanted) -> Again {
    let mut load = pin!(work.life.load_mail(mailbox));
    let loaded = poll_fn(|cx| if work.is_draining() { Poll::Ready(None) } else { load.as_mut().poll(cx).map(Some) });
    match loaded.await {
        None => Again::Never,
        Some(Err(wait)) => Again::After(wait),
        Some(Ok(())) if mailbox.wanted().is_some_and(|more| more.from != wanted.from) => Again::Now,
        Some(Ok(())) => Again::Never,
    }
}

enum Filled {
    Mail(Taken),
    LookAgain,
    Drains,
}

/// Waits for mail, or until the reader is to look again, or until the daemon drains.
fn filled(work: &Work<'_>, mailbox: &Arc<Mailbox>, mut again: Again) -> impl Future<Output = Filled> {
    poll_fn(move |cx| {
        if work.is_draining() {
            return Poll::Ready(Filled::Drains);
        }
        if let Poll::Ready(taken) = Taken::poll(mailbox, cx) {
            return Poll::Ready(Filled::Mail(taken));
        }
        match &mut again {
            Again::Never => Poll::Pending,
            Again::Now => Poll::Ready(Filled::LookAgain),
            Again::After(wait) => wait.as_mut().poll(cx).map(|()| Filled::LookAgain),
        }
    })
}
