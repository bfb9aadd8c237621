//! A running daemon: its cycle, its mail and its signals, polled by one task.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    cycles, ending,
    hooks::{self, Interrupt, interrupt},
    mail,
    start::{Failure, deadline, exit_reason},
    transition::transition,
};
use crate::{
    declaration::live::{
        incarnation::{Incarnation, Life},
        record::{Hook, Record},
        signals::Signal,
        world::World,
    },
    delivery::guard::{catch, caught},
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

/// The least that a hook of the end gets, however long the drain took.
const LEAST_FOR_A_HOOK: Duration = Duration::from_secs(1);

/// Tells the loops of a daemon to end what they do and to begin nothing new.
#[derive(Debug, Default)]
pub(super) struct Draining(AtomicBool);

impl Draining {
    pub(super) fn is_on(&self) -> bool {
        self.0.load(Relaxed)
    }

    fn begin(&self) {
        self.0.store(true, Relaxed);
    }
}

/// Works until something ends it; a stop that was asked for drains first, and runs `on_stop`.
/// Returns by when the rest of the end is over, too.
pub(super) async fn until_the_end(
    world: &Arc<World>,
    record: &Arc<Record>,
    life: &Arc<Life>,
    living: &Arc<dyn Incarnation>,
) -> (Verdict, Instant) {
    let draining = Draining::default();
    let mut cycles = Box::pin(cycles::run(world, record, &**living, &draining));
    let mut mail = Box::pin(mail::run(record, &**living, &draining));
    let verdict = poll_fn(|cx| poll_work(record, cycles.as_mut(), mail.as_mut(), cx)).await;
    let is_asked_for = matches!(verdict, Verdict::Stop | Verdict::Restart);
    let deadline = deadline(record);
    if is_asked_for {
        transition(world, record, State::Stopping { cause: exit_reason(record, &verdict).to_string() });
        draining.begin();
        life.cancel();
        let drained = caught(futures_util::future::join(cycles.as_mut(), mail.as_mut()));
        if tokio::time::timeout_at(deadline, drained).await.is_err() {
            let limit = humantime::format_duration(record.options().stop_timeout);
            tracing::warn!("not drained within {limit}: what is under way is cut off");
        }
    }
    // Here what is under way is dropped: a user's futures, whose own drop may panic.
    ending::drop_safely(world, record, "a cycle", cycles);
    ending::drop_safely(world, record, "a handler", mail);
    record.hook.end();
    if is_asked_for {
        let left = deadline.duration_since(Instant::now()).max(LEAST_FOR_A_HOOK);
        hooks::run_at_the_end(world, record, Hook::OnStop, left, living.on_stop()).await;
    }
    (verdict, deadline)
}

fn poll_work(
    record: &Record,
    cycles: Pin<&mut impl Future<Output = Verdict>>,
    mail: Pin<&mut impl Future<Output = Result<(), Failure>>>,
    cx: &mut Context<'_>,
) -> Poll<Verdict> {
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
