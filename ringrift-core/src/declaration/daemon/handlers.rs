//! The table that `#[handlers]` writes, and the loop that runs a batch of mail through it.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};

use super::{Context, Daemon, error::DaemonResult};
use crate::{
    declaration::{
        live::{delivery::deliver, incarnation::Living},
        spec::SubSpec,
    },
    delivery::taken::Taken,
    words::event::Erased,
};

/// How many handler panics within [`PANIC_WINDOW`] are a failure of the daemon.
pub(crate) const PANICS_IN_A_MINUTE: usize = 3;
/// The window in which handler panics are counted.
pub(crate) const PANIC_WINDOW: Duration = Duration::from_mins(1);

/// The statically dispatched handlers of a daemon.
pub trait Handlers: Daemon {
    /// Calls the handler in that place of the table.
    fn dispatch<'a>(
        &'a self,
        slot: u16,
        event: &'a Erased,
        cx: &'a Context<Self>,
    ) -> impl Future<Output = DaemonResult> + Send + 'a;
}

/// Runs a batch; `Err` is a failure of the daemon.
pub(crate) type Batch<D> =
    for<'a> fn(&'a Living<D>, &'a mut Taken) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// The handlers of a daemon, for its spec.
pub struct HandlerTable<D> {
    /// The subscriptions, in the order of the methods.
    pub subs: &'static [SubSpec],
    pub(crate) batch: Option<Batch<D>>,
}

impl<D: Handlers> HandlerTable<D> {
    /// The table of a `#[handlers]` block.
    pub const fn new(subs: &'static [SubSpec]) -> Self {
        Self { subs, batch: Some(|living, taken| Box::pin(run_batch(living, taken))) }
    }
}

/// The table of a daemon without `#[handlers]`: the inherent const of the same name, which that
/// macro writes, goes before this one.
pub trait NoHandlers: Sized {
    /// An empty table.
    #[expect(non_upper_case_globals, reason = "rustc names it when there are two: the name is the message")]
    const OneHandlersBlockPerDaemon: HandlerTable<Self> = HandlerTable { subs: &[], batch: None };
}

impl<D> NoHandlers for D {}

async fn run_batch<D: Handlers>(living: &Living<D>, taken: &mut Taken) -> Result<(), String> {
    if taken.mailbox.watches.len() == 1 { in_order(living, taken).await } else { side_by_side(living, taken).await }
}

/// One at a time, in the order of the mailbox.
async fn in_order<D: Handlers>(living: &Living<D>, taken: &mut Taken) -> Result<(), String> {
    let mut cx = Context::new(Arc::clone(&living.life));
    while let Some((mailbox, mail)) = taken.begin() {
        cx.enter(&mail.event);
        let span = living.life.delivery_span(mail);
        let verdict = {
            // Pinned here, so that it is moved nowhere, however large it is.
            let handler = pin!(living.daemon.dispatch(mail.slot, &mail.event, &cx));
            deliver(&living.life, mailbox, 0, mail, &span, handler).await
        };
        taken.settle();
        verdict?;
        tokio::task::coop::consume_budget().await;
    }
    Ok(())
}

/// Up to `concurrency` at once.
async fn side_by_side<D: Handlers>(living: &Living<D>, taken: &mut Taken) -> Result<(), String> {
    let mailbox = Arc::clone(&taken.mailbox);
    let mut free: Vec<usize> = (0..mailbox.watches.len()).collect();
    let mut under_way = FuturesUnordered::new();
    loop {
        while let Some(place) = free.pop() {
            let Some(mail) = taken.begin_at(place) else {
                free.push(place);
                break;
            };
            let mailbox = &mailbox;
            under_way.push(async move {
                let mut cx = Context::new(Arc::clone(&living.life));
                cx.enter(&mail.event);
                let span = living.life.delivery_span(&mail);
                let handler = pin!(living.daemon.dispatch(mail.slot, &mail.event, &cx));
                (place, deliver(&living.life, mailbox, place, &mail, &span, handler).await)
            });
        }
        let Some((place, verdict)) = under_way.next().await else {
            return Ok(());
        };
        taken.settle_at(place);
        free.push(place);
        verdict?;
        // While one is slow, the others go on with what came in since.
        taken.fill_now();
    }
}
