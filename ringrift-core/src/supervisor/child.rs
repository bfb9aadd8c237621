//! The one task of a daemon: from life to life.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use super::{
    dependencies, ending,
    failures::{Failures, Next},
    hooks::{Interrupt, interrupt, unless_interrupted},
    in_life::InLife,
    start,
    transition::transition,
    wishes,
};
use crate::{
    declaration::live::{drops::drop_safely, record::Record, signals::Signal, world::World},
    words::{
        restart::{OnExhausted, Restart},
        state::{State, StateName},
    },
};

/// How one life ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It was not wanted any more.
    Stopped,
    /// An operator wants a new incarnation.
    Restart,
    /// A task's run returned Ok.
    Completed,
    /// It failed, after so long in `Running`.
    Failed { cause: String, is_fatal: bool, ran: Duration },
    /// Something of it can't be ended.
    Leaked { cause: String },
}

/// The record of a task that may be cut off at any await. What lives then would hold the world, which holds it.
struct Own(Arc<Record>);

impl Drop for Own {
    fn drop(&mut self) {
        self.0.set_open(false);
        self.0.conditions.abort_check();
        if let Some(living) = self.0.take_living() {
            let life = Arc::clone(&living.life);
            life.cancel();
            life.tasks().close();
            drop_safely(&life, "the daemon", living);
        }
    }
}

/// Runs a daemon for as long as the runtime lives.
pub(super) fn run(world: Arc<World>, record: Arc<Record>) -> impl Future<Output = ()> + Send {
    let record = Own(record);
    // Not an async fn, which would hold its arguments twice.
    async move {
        let mut failures = Failures::default();
        loop {
            if wanted(&world, &record.0).await == Wanted::Again {
                failures.clear();
            }
            if !dependencies_ready(&world, &record.0).await {
                continue;
            }
            // Asked for while it waited: what starts now is what was asked for.
            if record.0.signals.take(Signal::Restart) {
                failures.clear();
            }
            let end = {
                let life = start::begin(&world, &record.0);
                let lived = InLife::new(&life, pin!(Some(start::live(&life)))).await;
                lived.unwrap_or_else(|panic| ending::panicked(&life, &panic))
            };
            // A reset has nothing to do for an incarnation that lives but this.
            if record.0.signals.take(Signal::Reset) {
                failures.clear();
            }
            // Boxed, as all that is rare: the task holds only what a daemon that runs needs.
            Box::pin(after(&world, &record.0, &mut failures, end)).await;
        }
    }
}

/// Waits until the next life may begin.
async fn after(world: &Arc<World>, record: &Arc<Record>, failures: &mut Failures, end: End) {
    match end {
        End::Stopped => {}
        End::Restart => {
            failures.clear();
            record.status().restarts += 1;
        }
        End::Completed => completed(world, record).await,
        End::Leaked { cause } => leaked(world, record, cause).await,
        End::Failed { cause, is_fatal, ran } => {
            let (policy, spread) = (record.options().restart, fastrand::f64() * 2.0 - 1.0);
            // What fails while nothing can be stored may fail because of that.
            let is_excused = !is_fatal && policy.restart != Restart::Never && world.router.is_held_up();
            let next = if is_excused {
                failures.excuse(&policy, ran, spread)
            } else {
                failures.count(&policy, ran, is_fatal, spread)
            };
            failed(world, record, failures, next, cause, is_fatal).await;
        }
    }
}

/// Since when a daemon is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Still,
    /// It was stopped meanwhile.
    Again,
}

/// Returns when the daemon is wanted; until then it is `Stopped`, or `Disabled`.
async fn wanted(world: &Arc<World>, record: &Arc<Record>) -> Wanted {
    let mut since = Wanted::Still;
    poll_fn(|cx| {
        record.signals.register(cx);
        if record.is_wanted() {
            return Poll::Ready(since);
        }
        since = Wanted::Again;
        wishes::ended(world, record);
        // What was asked of an incarnation that is gone is not asked of the next.
        record.signals.take(Signal::Restart);
        record.signals.take(Signal::Reset);
        Poll::Pending
    })
    .await
}

/// Waits for the dependencies; false when the daemon is not wanted any more.
async fn dependencies_ready(world: &Arc<World>, record: &Arc<Record>) -> bool {
    poll_fn(|cx| {
        record.signals.register(cx);
        if !record.is_wanted() {
            return Poll::Ready(false);
        }
        match dependencies::waiting(world, record) {
            None => Poll::Ready(true),
            Some(waiting) => {
                transition(world, record, waiting);
                Poll::Pending
            }
        }
    })
    .await
}

async fn completed(world: &Arc<World>, record: &Arc<Record>) {
    let policy = record.options().restart;
    transition(world, record, State::Completed { cause: "its run returned".into() });
    if policy.restart == Restart::Always {
        // A stop or a restart meanwhile is looked at by the caller.
        _ = unless_interrupted(record, tokio::time::sleep(policy.backoff.first)).await;
    } else {
        _ = unless_interrupted(record, std::future::pending::<()>()).await;
    }
    record.status().restarts += u32::from(record.is_wanted());
}

/// What can't be ended is not started again.
async fn leaked(world: &Arc<World>, record: &Arc<Record>, cause: String) {
    if record.options().restart.on_exhausted == OnExhausted::Escalate {
        escalate(world, record, &cause);
    }
    transition(world, record, State::Leaked { cause: cause.into() });
    std::future::pending::<()>().await;
}

async fn failed(
    world: &Arc<World>,
    record: &Arc<Record>,
    failures: &mut Failures,
    next: Next,
    cause: String,
    is_fatal: bool,
) {
    match next {
        Next::Restart { attempt, delay } => {
            transition(world, record, State::Backoff { attempt, delay, cause: cause.into() });
            if backoff(record, delay).await {
                failures.clear();
            }
            record.status().restarts += u32::from(record.is_wanted());
        }
        Next::Fail | Next::Escalate => {
            if next == Next::Escalate {
                escalate(world, record, &cause);
            }
            transition(world, record, State::Failed { cause: cause.into() });
            let may_rearm = !is_fatal && record.options().restart.restart != Restart::Never;
            rearmed(world, record, may_rearm).await;
            failures.clear();
            record.status().restarts += u32::from(record.is_wanted());
        }
    }
}

/// The whole process stops because of this daemon.
fn escalate(world: &World, record: &Record, cause: &str) {
    tracing::error!(daemon = %record.ty, cause, "the failure escalates: the process stops");
    _ = world.escalated.set((record.ty, cause.to_owned()));
    world.changed.notify_waiters();
}

/// Waits for the next restart; true when an operator wants it now, with the count at zero.
async fn backoff(record: &Record, delay: Duration) -> bool {
    let mut delay = std::pin::pin!(tokio::time::sleep(delay));
    poll_fn(|cx| match interrupt(record, cx) {
        Some(Interrupt::Restart) => Poll::Ready(true),
        Some(Interrupt::Stop) => Poll::Ready(false),
        None if record.signals.take(Signal::Reset) => Poll::Ready(true),
        None => delay.as_mut().poll(cx).map(|()| false),
    })
    .await
}

/// A failed daemon waits for an operator, or for a dependency that was lost to return. It may have
/// been lost and returned between two looks, so its incarnation counts too.
async fn rearmed(world: &Arc<World>, record: &Arc<Record>, may_rearm: bool) {
    let incarnations =
        || -> Vec<u32> { world.depends_on(record).map(|dependency| dependency.status().incarnation).collect() };
    let mut last_seen = Some(incarnations());
    poll_fn(|cx| {
        if interrupt(record, cx).is_some() || record.signals.take(Signal::Reset) {
            return Poll::Ready(());
        }
        if !dependencies::missing(world, record).is_empty() {
            last_seen = None;
        } else if last_seen.as_ref() != Some(&incarnations()) && may_rearm {
            return Poll::Ready(());
        }
        Poll::Pending
    })
    .await;
    debug_assert!(record.state_name() == StateName::Failed || record.state_name() == StateName::Leaked);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{declaration::live::incarnation::Life, delivery::mailbox::Mailbox};

    /// The size of what `run` returns, which has no name.
    const fn size_of_future<F>(_: fn(Arc<World>, Arc<Record>) -> F) -> usize {
        size_of::<F>()
    }

    /// What every daemon holds while it is idle. tokio adds 104 bytes to the task, and rounds it up to 128.
    #[test]
    fn an_idle_daemon_is_small() {
        assert!(size_of_future(run) <= 512 - 104, "its task: {}", size_of_future(run));
        assert!(size_of::<Record>() <= 328, "its record: {}", size_of::<Record>());
        assert!(size_of::<Mailbox>() <= 280, "its mailbox: {}", size_of::<Mailbox>());
        assert!(size_of::<Life>() <= 88, "its life: {}", size_of::<Life>());
    }
}
