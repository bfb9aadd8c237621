//! The cycles of a running daemon; or its runner, or the one run of a task.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use tokio::time::Instant;
use tracing::Instrument;

use super::{
    hooks,
    start::Failure,
    work::{Draining, Verdict},
};
use crate::{
    declaration::{
        daemon::FatalError,
        live::{
            incarnation::Incarnation,
            record::{Hook, Record},
            signals::Signal,
            world::World,
        },
    },
    delivery::guard::{Chain, Outcome},
    words::{options::Kind, schedule::Schedule},
};

/// How long one wait for a cron firing lasts at most, so that a clock that was set is noticed.
const CRON_LOOK: Duration = Duration::from_secs(60);

/// Runs what the daemon is for. Returns its failure, a task's completion, or `Stop` once it drains.
pub(super) async fn run(world: &World, record: &Record, living: &dyn Incarnation, draining: &Draining) -> Verdict {
    if let Some(runner) = living.runner() {
        let outcome = hooks::run(world, record, Hook::Runner, runner).await;
        return once(world, record, Hook::Runner, outcome, draining);
    }
    if record.spec.kind == Kind::Task {
        let outcome = hooks::run(world, record, Hook::RunCycle, living.run_cycle()).await;
        record.counters.cycle(!matches!(outcome, Outcome::Ok(())));
        return once(world, record, Hook::RunCycle, outcome, draining);
    }
    let mut errors_in_a_row = 0;
    let mut due = first_due(world, record);
    while wait(world, record, due, draining).await {
        match cycle(world, record, living).await {
            Ok(()) => errors_in_a_row = 0,
            Err(CycleError::Recorded) => errors_in_a_row += 1,
            Err(CycleError::Failure(failure)) => return Verdict::Failed(failure),
        }
        let ended = Instant::now();
        if errors_in_a_row > 0 && !pause(ended + retry_after(record, errors_in_a_row), draining).await {
            return Verdict::Stop;
        }
        due = next_due(world, record, errors_in_a_row, ended);
        // A cycle that always asks for the next one keeps neither the thread nor its own stop waiting.
        tokio::task::coop::consume_budget().await;
    }
    Verdict::Stop
}

/// What the end of a runner, or of a task's run, means.
fn once(world: &World, record: &Record, hook: Hook, outcome: Outcome, draining: &Draining) -> Verdict {
    let failure = match outcome {
        Outcome::Ok(()) if draining.is_on() => return Verdict::Stop,
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
    record.counters.error(hook.as_str(), failure.cause.clone(), world.clock.wall());
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

async fn cycle(world: &World, record: &Record, living: &dyn Incarnation) -> Result<(), CycleError> {
    let number = record.counters.cycles_ended() + 1;
    let span = tracing::info_span!("cycle", cycle = number);
    let outcome = hooks::run(world, record, Hook::RunCycle, living.run_cycle()).instrument(span).await;
    record.counters.cycle(!matches!(outcome, Outcome::Ok(())));
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
    record.counters.error(Hook::RunCycle.as_str(), message, world.clock.wall());
    Err(failure.map_or(CycleError::Recorded, CycleError::Failure))
}

/// When a cycle is due.
#[derive(Debug, Clone, Copy)]
enum Due {
    At(Instant),
    /// Only when asked.
    OnRequest,
    /// At the next firing after this time of day.
    CronAfter(chrono::DateTime<chrono::Utc>),
}

fn first_due(world: &World, record: &Record) -> Due {
    match &record.settings.schedule {
        Schedule::Every(_) => Due::At(Instant::now()),
        Schedule::OnRequest => Due::OnRequest,
        Schedule::Cron(_) => Due::CronAfter(world.clock.wall().into()),
    }
}

/// Errors in a row keep the next cycle back, also one that is asked for.
fn retry_after(record: &Record, errors_in_a_row: u32) -> Duration {
    record.options().restart.backoff.jittered(errors_in_a_row, fastrand::f64() * 2.0 - 1.0)
}

/// Waits until `at`; false when the daemon drains before.
async fn pause(at: Instant, draining: &Draining) -> bool {
    let mut sleep = pin!(tokio::time::sleep_until(at));
    poll_fn(|cx| if draining.is_on() { Poll::Ready(false) } else { sleep.as_mut().poll(cx).map(|()| true) }).await
}

/// Fixed delay: counted from the end of the last cycle. The retry of one that is only asked for
/// needs nobody to ask.
fn next_due(world: &World, record: &Record, errors_in_a_row: u32, ended: Instant) -> Due {
    match &record.settings.schedule {
        Schedule::Every(cycle) => Due::At(ended + *cycle + record.options().jitter.mul_f64(fastrand::f64())),
        Schedule::OnRequest if errors_in_a_row > 0 => Due::At(ended),
        Schedule::OnRequest => Due::OnRequest,
        Schedule::Cron(_) => Due::CronAfter(world.clock.wall().into()),
    }
}

/// Waits until a cycle is due or asked for; false when the daemon drains.
async fn wait(world: &World, record: &Record, due: Due, draining: &Draining) -> bool {
    let after = match due {
        Due::At(at) => return until(record, Some(at), draining).await != Woken::Draining,
        Due::OnRequest => return until(record, None, draining).await != Woken::Draining,
        Due::CronAfter(after) => after,
    };
    let Schedule::Cron(cron) = &record.settings.schedule else {
        return false;
    };
    // Jitter moves a firing, drawn once.
    let jitter = record.options().jitter.mul_f64(fastrand::f64());
    loop {
        let firing = cron.next_after(after).map(|firing| firing + jitter);
        let left =
            firing.map(|firing| (firing - chrono::DateTime::from(world.clock.wall())).to_std().unwrap_or_default());
        if left == Some(Duration::ZERO) {
            return true;
        }
        let look = left.map(|left| Instant::now() + left.min(CRON_LOOK));
        match until(record, look, draining).await {
            Woken::Draining => return false,
            Woken::Asked => return true,
            Woken::Due => {}
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Woken {
    Due,
    Asked,
    Draining,
}

async fn until(record: &Record, at: Option<Instant>, draining: &Draining) -> Woken {
    let sleep = async {
        match at {
            Some(at) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    };
    let mut sleep = pin!(sleep);
    poll_fn(|cx| {
        if draining.is_on() {
            return Poll::Ready(Woken::Draining);
        }
        if record.signals.take(Signal::Cycle) {
            return Poll::Ready(Woken::Asked);
        }
        sleep.as_mut().poll(cx).map(|()| Woken::Due)
    })
    .await
}
