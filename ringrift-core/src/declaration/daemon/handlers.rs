//! The table that `#[handlers]` writes, and the loop that runs a batch of mail through it.

use std::{future::Future, marker::PhantomData, pin::pin, sync::Arc, time::Duration};

use super::{Construct, Context, error::DaemonResult, side_by_side::side_by_side};
use crate::{
    declaration::{
        live::{
            delivery::{End, deliver},
            incarnation::{Boxed, Life},
        },
        spec::SubSpec,
    },
    delivery::taken::Taken,
    words::event::Erased,
};

/// How many handler panics within [`PANIC_WINDOW`] are a failure of the daemon.
pub(crate) const PANICS_IN_A_MINUTE: usize = 3;
/// The window in which handler panics are counted.
pub(crate) const PANIC_WINDOW: Duration = Duration::from_mins(1);

/// The statically dispatched handlers of a daemon. The macros know it as
/// `OneHandlersBlockPerDaemon`: rustc names it when there are two, and the name is the message.
pub trait Handlers: Construct {
    /// The subscriptions, in the order of the methods.
    const SUBS: &'static [SubSpec];

    /// Calls the handler in that place of the table.
    fn dispatch<'a>(
        &'a self,
        slot: u16,
        event: &'a Erased,
        cx: &'a Context<Self>,
    ) -> impl Future<Output = DaemonResult> + Send + 'a
    where
        Self: Sync;
}

/// Runs a batch, and returns what it was in, emptied; `Err` is a failure of the daemon.
pub(crate) type Batch<D> = for<'a> fn(&'a D, &'a Arc<Life>, Taken) -> Boxed<'a, Result<Taken, String>>;

/// The handlers of a daemon, for its spec.
pub struct HandlerTable<D> {
    /// The subscriptions, in the order of the methods.
    pub subs: &'static [SubSpec],
    pub(crate) batch: Option<Batch<D>>,
}

/// Finds the table of `D` without being told whether there is one: an inherent constant goes before
/// that of a trait, where its bounds hold.
pub struct TableOf<D>(PhantomData<D>);

impl<D: Handlers + Send + Sync + 'static> TableOf<D> {
    /// The table of a `#[handlers]` block.
    pub const TABLE: HandlerTable<D> = HandlerTable { subs: D::SUBS, batch: Some(run_batch) };
}

/// The table of a daemon without `#[handlers]`.
pub trait NoHandlers<D> {
    /// An empty table.
    const TABLE: HandlerTable<D> = HandlerTable { subs: &[], batch: None };
}

impl<D> NoHandlers<D> for TableOf<D> {}

fn run_batch<'a, D: Handlers + Send + Sync>(
    daemon: &'a D,
    life: &'a Arc<Life>,
    taken: Taken,
) -> Boxed<'a, Result<Taken, String>> {
    if taken.mailbox.places.is_empty() {
        Box::pin(in_order(daemon, life, taken))
    } else {
        Box::pin(side_by_side(daemon, life, taken))
    }
}

/// One at a time, in the order of the mailbox.
async fn in_order<D: Handlers + Send + Sync>(daemon: &D, life: &Arc<Life>, mut taken: Taken) -> Result<Taken, String> {
    let mut cx = Context::new(Arc::clone(life));
    while let Some((mailbox, mail)) = taken.begin() {
        cx.enter(mailbox, mail);
        let span = life.delivery_span(mail);
        let watched = mailbox.watched_alone(life.record.signals.waker());
        let verdict = {
            // Pinned here, so that it is moved nowhere, however large it is.
            let handler = pin!(Some(daemon.dispatch(mail.slot, &mail.event, &cx)));
            deliver(&cx, mailbox, watched, mail, &span, handler).await
        };
        let is_stored = mail.event.seq() != 0;
        match &verdict {
            Ok(End::PutBack { until_ms }) => taken.put_back(*until_ms),
            Ok(End::Settled) | Err(_) => taken.settle(),
        }
        verdict?;
        if is_stored {
            life.store_has_room().await;
        }
        tokio::task::coop::consume_budget().await;
    }
    Ok(taken)
}
