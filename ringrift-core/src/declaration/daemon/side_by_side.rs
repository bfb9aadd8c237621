//! Runs a batch of mail through the handlers of a daemon whose `concurrency` is over 1.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::{self, Poll},
};

use futures_util::{StreamExt, stream::FuturesUnordered};

use super::{Context, handlers::Handlers};
use crate::{
    declaration::live::{
        delivery::{End, deliver},
        drops::empty_safely,
        incarnation::{Boxed, Life},
    },
    delivery::{mail::Mail, mailbox::Mailbox, taken::Taken},
};

/// Up to `concurrency` at once.
pub(super) async fn side_by_side<D: Handlers + Send + Sync>(
    daemon: &D,
    life: &Arc<Life>,
    mut taken: Taken,
) -> Result<Taken, String> {
    let mailbox = Arc::clone(&taken.mailbox);
    let mut free: Vec<usize> = (0..mailbox.places.len()).collect();
    let mut under_way = FuturesUnordered::new();
    let mut load = None;
    loop {
        while let Some(place) = free.pop() {
            let Some(mail) = taken.begin_at(place) else {
                free.push(place);
                break;
            };
            under_way.push(at_place(daemon, life, &mailbox, place, mail));
        }
        // While some are slow, the places that are free go on with what comes in.
        let ended = poll_fn(|cx| match under_way.poll_next_unpin(cx) {
            Poll::Pending if !free.is_empty() => poll_more(life, &mut taken, &mut load, cx).map(|()| None),
            poll => poll.map(Some),
        });
        match ended.await {
            None => {}
            Some(None) => break,
            Some(Some(Ended { place, is_stored, verdict })) => {
                match verdict {
                    Ok(End::PutBack { until_ms }) => taken.put_back_at(place, until_ms),
                    Ok(End::Settled) | Err(_) => taken.settle_at(place),
                }
                free.push(place);
                verdict?;
                if is_stored {
                    life.store_has_room().await;
                }
            }
        }
    }
    drop(under_way);
    Ok(taken)
}

/// A delivery that has come to an end.
struct Ended {
    place: usize,
    is_stored: bool,
    verdict: Result<End, String>,
}

async fn at_place<D: Handlers + Send + Sync>(
    daemon: &D,
    life: &Arc<Life>,
    mailbox: &Arc<Mailbox>,
    place: usize,
    mail: Mail,
) -> Ended {
    let mut cx = Context::new(Arc::clone(life));
    cx.enter(mailbox, &mail);
    let span = life.delivery_span(&mail);
    let handler = pin!(Some(daemon.dispatch(mail.slot, &mail.event, &cx)));
    let mut handler = CutOffAlone { life, handler };
    let watched = mailbox.places[place].watched();
    let verdict = deliver(&cx, mailbox, watched, &mail, &span, handler.handler.as_mut()).await;
    Ended { place, is_stored: mail.event.seq() != 0, verdict }
}

/// Takes what comes in, and loads what waits in the store meanwhile: a handler that is slow, or a steady
/// flow of other events, is not to hold that up.
fn poll_more<'a>(
    life: &'a Life,
    taken: &mut Taken,
    load: &mut Option<Boxed<'a, ()>>,
    cx: &mut task::Context<'_>,
) -> Poll<()> {
    loop {
        if load.is_none() && taken.mailbox.wanted().is_some() {
            let mailbox = Arc::clone(&taken.mailbox);
            *load = Some(Box::pin(async move {
                if let Err(wait) = life.load_mail(&mailbox).await {
                    wait.await;
                }
            }));
        }
        // Once a page is there, and perhaps handled by now, the next may be wanted.
        match load.as_mut().map(|load| load.as_mut().poll(cx)) {
            Some(Poll::Ready(())) => *load = None,
            Some(Poll::Pending) | None => break,
        }
    }
    taken.poll_more(cx)
}

/// One of several handlers, dropped by itself: a panic of its drop would leak those beside it.
struct CutOffAlone<'a, F> {
    life: &'a Life,
    handler: Pin<&'a mut Option<F>>,
}

impl<F> Drop for CutOffAlone<'_, F> {
    fn drop(&mut self) {
        empty_safely(self.life, "a handler", self.handler.as_mut());
    }
}
