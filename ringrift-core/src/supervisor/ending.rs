//! The end of a life: whatever it was, nothing of it is left when the next begins.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::time::{Instant, timeout_at};

use super::{
    AFTER_ABORT, LEAST_FOR_A_HOOK, child::End, hooks, start::exit_reason, transition::transition_of, work::Verdict,
};
use crate::{
    declaration::live::{
        drops::drop_safely,
        incarnation::{Incarnation, Life},
        record::{Hook, Record},
        tasks::Tasks,
    },
    words::state::{State, StateName},
};

/// How often the count of a borrowed instance is looked at, should its holder not wake us.
const LOOK: Duration = Duration::from_millis(50);

/// Ends the helper tasks, runs `on_exit`, ends what that spawned, and waits for what is borrowed: all
/// that by `deadline`, which the drain and `on_stop` had before, or by the least that each gets.
pub(super) async fn without_stop(
    life: &Arc<Life>,
    living: Option<Arc<dyn Incarnation>>,
    verdict: Verdict,
    deadline: Instant,
) -> End {
    let record = &life.record;
    let ran = since_ready(life);
    record.set_open(false);
    if record.state_name() != StateName::Stopping {
        transition_of(life, State::Stopping { cause: exit_reason(record, &verdict).to_string().into() });
    }
    life.cancel();
    record.conditions.abort_check();
    let mut tasks = end_tasks(life, deadline).await;
    if let Some(living) = &living {
        let reason = exit_reason(record, &verdict);
        let left = deadline.duration_since(Instant::now()).max(LEAST_FOR_A_HOOK);
        hooks::run_at_the_end(life, Hook::OnExit, left, living.on_exit(life, &reason)).await;
    }
    let last = deadline.max(Instant::now() + LEAST_FOR_A_HOOK);
    life.tasks().close();
    if tasks.is_ok() {
        tasks = aborted(life.tasks(), last).await;
    }
    if let Some(living) = living
        && let Err(cause) = dropped(life, living, last).await
    {
        return End::Leaked { cause };
    }
    match (tasks, verdict) {
        (Err(cause), _) => End::Leaked { cause },
        (Ok(()), Verdict::Stop) => End::Stopped,
        (Ok(()), Verdict::Restart) => End::Restart,
        (Ok(()), Verdict::Completed) => End::Completed,
        (Ok(()), Verdict::Failed(failure)) => End::Failed { cause: failure.cause, is_fatal: failure.is_fatal, ran },
    }
}

/// Hooks have guards of their own; a panic that comes as far as this is one of a drop.
pub(super) fn panicked(life: &Life, panic: &str) -> End {
    life.record.counters.panic();
    life.record.set_open(false);
    drop_safely(life, "the daemon", life.record.take_living());
    let cause = format!("panicked while it dropped what was cut off: {panic}");
    End::Failed { cause, is_fatal: false, ran: Duration::ZERO }
}

/// How long it has been in `Running`; nothing, if it never was.
fn since_ready(life: &Life) -> Duration {
    let ready_ms = life.record.status().ready_ms;
    ready_ms
        .map_or(Duration::ZERO, |ready| Duration::from_millis(life.world.clock.now_ms().saturating_sub(ready.get())))
}

/// Waits for the helper tasks, and aborts the rest.
async fn end_tasks(life: &Life, deadline: Instant) -> Result<(), String> {
    let tasks = life.tasks();
    if timeout_at(deadline, tasks.ended()).await.is_ok() {
        return Ok(());
    }
    tracing::warn!(tasks = tasks.len(), "spawned tasks did not end by themselves: aborted");
    tasks.abort();
    aborted(tasks, Instant::now() + AFTER_ABORT).await
}

/// Waits for tasks that were aborted, and names what is left.
async fn aborted(tasks: &Tasks, deadline: Instant) -> Result<(), String> {
    match timeout_at(deadline, tasks.ended()).await {
        Ok(()) => Ok(()),
        Err(_) => Err(format!("{} of its spawned tasks can't be ended", tasks.len())),
    }
}

/// Drops the daemon, and waits for those that borrow it.
async fn dropped(life: &Life, living: Arc<dyn Incarnation>, deadline: Instant) -> Result<(), String> {
    let outstanding = Arc::downgrade(&living);
    drop_safely(life, "the daemon", (living, life.record.take_living()));
    borrowed(&life.record, outstanding, deadline).await
}

/// Waits until nobody holds the instance any more.
async fn borrowed(record: &Record, instance: Weak<dyn Incarnation>, deadline: Instant) -> Result<(), String> {
    while instance.strong_count() > 0 {
        if Instant::now() >= deadline {
            return Err(format!("{} still hold a reference to it (a `Ref`, or `cx.this()`)", instance.strong_count()));
        }
        let woken = std::future::poll_fn(|cx| {
            record.signals.register(cx);
            if instance.strong_count() == 0 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        });
        _ = tokio::time::timeout(LOOK, woken).await;
    }
    Ok(())
}
