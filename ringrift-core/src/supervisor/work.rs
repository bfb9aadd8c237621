//! A running daemon: its cycle, its mail and its signals, polled by one task.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use tokio::time::Instant;

use super::{
    LEAST_FOR_A_HOOK, cycles,
    hooks::{self, Interrupt, interrupt},
    mail,
    start::{Failure, deadline, exit_reason},
    transition::transition_of,
};
use crate::{
    declaration::live::{
        drops::empty_safely,
        incarnation::{Incarnation, Life},
        record::Hook,
        signals::Signal,
    },
    delivery::guard::{catch, caught, unended},
    words::state::State,
};

/// Why a daemon stops working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Stop,
    Restart,
    Completed,
    Failed(Failure),
}

/// What the loops of a daemon share.
pub(super) struct Work<'a> {
    pub(super) life: &'a Arc<Life>,
    pub(super) living: Arc<dyn Incarnation>,
    draining: AtomicBool,
}

impl<'a> Work<'a> {
    pub(super) fn new(life: &'a Arc<Life>, living: Arc<dyn Incarnation>) -> Self {
        Self { life, living, draining: AtomicBool::new(false) }
    }

    /// Whether the loops are to end what they do and to begin nothing new.
    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }

    fn begin_draining(&self) {
        self.draining.store(true, Relaxed);
    }
}

/// Works until something ends it; a stop that was asked for drains first, and runs `on_stop`.
/// Returns by when the rest of the end is over, too.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn until_the_end(work: &Work<'_>) -> impl Future<Output = (Verdict, Instant)> + Send {
    async move {
        let mut cycles = pin!(Some(cycles::run(work)));
        let mut mail = pin!(Some(mail::run(work)));
        let verdict = poll_fn(|cx| poll_work(work.life, unended(cycles.as_mut()), unended(mail.as_mut()), cx)).await;
        Box::pin(end(work, verdict, cycles, mail)).await
    }
}

async fn end(
    work: &Work<'_>,
    verdict: Verdict,
    mut cycles: Pin<&mut Option<impl Future<Output = Verdict>>>,
    mut mail: Pin<&mut Option<impl Future<Output = Result<(), Failure>>>>,
) -> (Verdict, Instant) {
    let life = work.life;
    let is_asked_for = matches!(verdict, Verdict::Stop | Verdict::Restart);
    let deadline = deadline(&life.record);
    if is_asked_for {
        transition_of(life, State::Stopping { cause: exit_reason(&life.record, &verdict).to_string().into() });
        work.begin_draining();
        life.cancel();
        drained(life, deadline, unended(cycles.as_mut()), unended(mail.as_mut())).await;
    }
    // Here what is under way is dropped: a user's futures, whose own drop may panic.
    empty_safely(life, "a cycle", cycles);
    empty_safely(life, "a handler", mail);
    life.record.hook.end();
    if is_asked_for {
        let left = deadline.duration_since(Instant::now()).max(LEAST_FOR_A_HOOK);
        hooks::run_at_the_end(life, Hook::OnStop, left, work.living.on_stop(life)).await;
    }
    (verdict, deadline)
}

/// Lets what is under way come to its end, until `deadline`.
async fn drained(
    life: &Life,
    deadline: Instant,
    cycles: Pin<&mut impl Future<Output = Verdict>>,
    mail: Pin<&mut impl Future<Output = Result<(), Failure>>>,
) {
    let drained = caught(futures_util::future::join(cycles, mail));
    if tokio::time::timeout_at(deadline, drained).await.is_err() {
        let limit = humantime::format_duration(life.record.options().stop_timeout);
        tracing::warn!("not drained within {limit}: what is under way is cut off");
    }
}

fn poll_work(
    life: &Life,
    cycles: Pin<&mut impl Future<Output = Verdict>>,
    mail: Pin<&mut impl Future<Output = Result<(), Failure>>>,
    cx: &mut Context<'_>,
) -> Poll<Verdict> {
    let record = &life.record;
    match interrupt(record, cx) {
        Some(Interrupt::Stop) => return Poll::Ready(Verdict::Stop),
        Some(Interrupt::Restart) => return Poll::Ready(Verdict::Restart),
        None => {}
    }
    if record.signals.take(Signal::Unhealthy) {
        return Poll::Ready(Verdict::Failed(Failure::new("3 health checks in a row failed")));
    }
    #[cfg(feature = "testing")]
    if record.signals.take(Signal::Kill) {
        return Poll::Ready(Verdict::Failed(Failure::new("killed by the test")));
    }
    // Hooks and handlers have guards of their own; what is caught here is a panic of a drop.
    let polled = catch(|| match cycles.poll(cx) {
        Poll::Ready(verdict) => Poll::Ready(verdict),
        Poll::Pending => mail.poll(cx).map(|end| match end {
            Err(failure) => Verdict::Failed(failure),
            Ok(()) => Verdict::Failed(Failure::new("its mail ended, which is a bug of ringrift")),
        }),
    });
    polled.unwrap_or_else(|panic| {
        record.counters.panic();
        Poll::Ready(Verdict::Failed(Failure::new(format!("panicked while it dropped what was cut off: {panic}"))))
    })
}
