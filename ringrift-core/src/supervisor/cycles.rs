//! The cycles of a running daemon; or its runner, or the one run of a task.

use std::pin::pin;

use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

use super::{
    hooks,
    pace::Pace,
    start::Failure,
    work::{Verdict, Work},
};
use crate::{
    declaration::{
        daemon::{DaemonResult, FatalError},
        live::{
            incarnation::Boxed,
            record::{Hook, Record},
        },
    },
    delivery::guard::{Chain, Outcome},
    words::options::Kind,
};

/// Runs what the daemon is for. Returns its failure, a task's completion, or `Stop` once it drains.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn run(work: &Work<'_>) -> impl Future<Output = Verdict> + Send {
    async move {
        if work.life.record.spec.has_runner {
            return Box::pin(once(work, Hook::Runner, work.living.runner(work.life))).await;
        }
        if work.life.record.spec.kind == Kind::Task {
            return Box::pin(once(work, Hook::RunCycle, work.living.run_cycle(work.life))).await;
        }
        // Set before it is first polled.
        let timer = pin!(sleep_until(work.life.world.clock.instant(0)));
        let mut pace = Pace::new(work, timer);
        while pace.wait().await {
            let is_error = match Box::pin(cycle(work)).await {
                Ok(()) => false,
                Err(CycleError::Recorded) => true,
                Err(CycleError::Failure(failure)) => return Verdict::Failed(failure),
            };
            if !is_error {
                pace.succeeded(Instant::now());
            } else if !Box::pin(pace.failed(Instant::now())).await {
                return Verdict::Stop;
            }
            // A cycle that always asks for the next one keeps neither the thread nor its own stop waiting.
            tokio::task::coop::consume_budget().await;
        }
        Verdict::Stop
    }
}

/// A runner, or a task's run, and what its end means.
async fn once(work: &Work<'_>, hook: Hook, future: Boxed<'_, DaemonResult>) -> Verdict {
    let record = &work.life.record;
    let outcome = hooks::run(work.life, hook, future).await;
    if hook == Hook::RunCycle {
        record.counters.cycle(!matches!(outcome, Outcome::Ok(())), work.life.world.router.is_held_up());
    }
    let failure = match outcome {
        Outcome::Ok(()) if work.is_draining() => return Verdict::Stop,
        Outcome::Ok(()) if record.spec.kind == Kind::Task => return Verdict::Completed,
        Outcome::Ok(()) => {
            Failure::new("the runner of a service returned; make it a task, or let it run until `cx.shutdown()`")
        }
        Outcome::Err(error) => Failure::of(hook, &error),
        Outcome::Timeout => Failure::new(timeout(record)),
        Outcome::Panic(panic) => {
            record.counters.panic();
            Failure::new(format!("{} panicked: {panic}", hook.as_str()))
        }
    };
    record.counters.error(hook.as_str(), failure.cause.clone(), work.life.world.clock.wall());
    Verdict::Failed(failure)
}

fn timeout(record: &Record) -> String {
    let limit = record.options().cycle_timeout.unwrap_or_default();
    format!("run_cycle took longer than {}", humantime::format_duration(limit))
}

enum CycleError {
    /// The next cycle is the retry.
    Recorded,
    Failure(Failure),
}

async fn cycle(work: &Work<'_>) -> Result<(), CycleError> {
    let record = &work.life.record;
    let number = record.counters.cycles_ended() + 1;
    let span = tracing::info_span!("cycle", cycle = number);
    let outcome = hooks::run(work.life, Hook::RunCycle, work.living.run_cycle(work.life)).instrument(span).await;
    record.counters.cycle(!matches!(outcome, Outcome::Ok(())), work.life.world.router.is_held_up());
    let (message, failure) = match outcome {
        Outcome::Ok(()) => return Ok(()),
        Outcome::Err(error) => {
            let is_fatal = error.downcast_ref::<FatalError>().is_some();
            (Chain(&*error).to_string(), is_fatal.then(|| Failure::of(Hook::RunCycle, &error)))
        }
        Outcome::Timeout => (timeout(record), None),
        Outcome::Panic(panic) => {
            record.counters.panic();
            let message = format!("run_cycle panicked: {panic}");
            (message.clone(), Some(Failure::new(message)))
        }
    };
    tracing::warn!(cycle = number, error = %message, "a cycle went wrong");
    record.counters.error(Hook::RunCycle.as_str(), message, work.life.world.clock.wall());
    Err(failure.map_or(CycleError::Recorded, CycleError::Failure))
}
