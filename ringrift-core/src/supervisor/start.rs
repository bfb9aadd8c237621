//! One life: it is built, started, works, and ends.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tracing::Instrument;

use super::{
    child::End,
    ending,
    hooks::{self, Interrupt, unless_interrupted},
    transition::transition,
    work::{self, Verdict},
};
use crate::{
    declaration::{
        daemon::{DaemonResult, ExitReason, FatalError},
        live::{
            incarnation::{Boxed, Incarnation, Life},
            record::{Hook, Record},
            world::World,
        },
    },
    delivery::guard::{BoxError, Chain, Outcome},
    words::state::State,
};

/// A failure with all that the restart policy asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) cause: String,
    pub(super) is_fatal: bool,
}

impl Failure {
    pub(super) fn new(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), is_fatal: false }
    }

    pub(super) fn of(hook: Hook, error: &BoxError) -> Self {
        let is_fatal = error.downcast_ref::<FatalError>().is_some();
        Self { cause: format!("{} failed: {}", hook.as_str(), Chain(&**error)), is_fatal }
    }
}

/// From construction to end.
pub(super) async fn live(world: &Arc<World>, record: &Arc<Record>) -> End {
    record.begin_incarnation();
    let incarnation = {
        let mut status = record.status();
        status.incarnation += 1;
        status.incarnation
    };
    let span = tracing::info_span!("daemon", daemon = record.ty.as_str(), incarnation);
    let life = Arc::new(Life::new(Arc::clone(world), Arc::clone(record), incarnation, span.clone()));
    live_in_span(world, record, life).instrument(span).await
}

async fn live_in_span(world: &Arc<World>, record: &Arc<Record>, life: Arc<Life>) -> End {
    transition(world, record, State::Starting { cause: "it is being built".into() });
    let living = match started(world, record, &life).await {
        Ok(living) => living,
        Err((living, verdict)) => {
            let failed = matches!(verdict, Verdict::Failed(_));
            let end =
                ending::without_stop(world, record, &life, living, verdict, deadline(record), Duration::ZERO).await;
            if let (true, End::Failed { cause, .. }) = (failed, &end) {
                _ = world.failed_start.set((record.ty, cause.clone()));
            }
            return end;
        }
    };
    record.set_open(true);
    transition(world, record, State::Running);
    let ready_ms = world.clock.now_ms();
    let (verdict, deadline) = work::until_the_end(world, record, &life, &living).await;
    let ran = Duration::from_millis(world.clock.now_ms().saturating_sub(ready_ms));
    ending::without_stop(world, record, &life, Some(living), verdict, deadline, ran).await
}

/// By when an end that begins now is over.
pub(super) fn deadline(record: &Record) -> Instant {
    Instant::now() + record.options().stop_timeout
}

type NotStarted = (Option<Arc<dyn Incarnation>>, Verdict);

/// Builds the daemon and runs its `on_start`, each within `start_timeout`.
async fn started(
    world: &Arc<World>,
    record: &Arc<Record>,
    life: &Arc<Life>,
) -> Result<Arc<dyn Incarnation>, NotStarted> {
    let living = match guarded_start(world, record, Hook::Init, Box::pin(build(record, life))).await {
        Ok(living) => living,
        Err(verdict) => return Err((None, verdict)),
    };
    record.set_living(Arc::clone(&living));
    transition(world, record, State::Starting { cause: "its on_start runs".into() });
    match guarded_start(world, record, Hook::OnStart, living.on_start()).await {
        Ok(()) => Ok(living),
        Err(verdict) => Err((Some(living), verdict)),
    }
}

async fn build(record: &Record, life: &Arc<Life>) -> Result<Arc<dyn Incarnation>, BoxError> {
    match &record.factory {
        Some(factory) => Ok(factory(Arc::clone(life))),
        None => (record.spec.build)(Arc::clone(life)).await,
    }
}

async fn guarded_start<T>(
    world: &World,
    record: &Record,
    hook: Hook,
    future: Boxed<'_, DaemonResult<T>>,
) -> Result<T, Verdict> {
    let outcome = unless_interrupted(record, Box::pin(hooks::run(world, record, hook, future))).await;
    record.hook.end();
    let failure = match outcome {
        Ok(Outcome::Ok(value)) => return Ok(value),
        Err(Interrupt::Stop) => return Err(Verdict::Stop),
        Err(Interrupt::Restart) => return Err(Verdict::Restart),
        Ok(Outcome::Err(error)) => Failure::of(hook, &error),
        Ok(Outcome::Panic(panic)) => {
            record.counters.panic();
            Failure::new(format!("{} panicked: {panic}", hook.as_str()))
        }
        Ok(Outcome::Timeout) => {
            let limit = humantime::format_duration(record.options().start_timeout);
            Failure::new(format!("{} took longer than {limit}", hook.as_str()))
        }
    };
    record.counters.error(hook.as_str(), failure.cause.clone(), world.clock.wall());
    Err(Verdict::Failed(failure))
}

/// What `on_exit` is told.
pub(super) fn exit_reason(record: &Record, verdict: &Verdict) -> ExitReason {
    match verdict {
        Verdict::Stop => ExitReason::Stopped(match record.intent() {
            crate::declaration::live::record::Intent::Stop { cause } => cause,
            _ => "it is not wanted any more".into(),
        }),
        Verdict::Restart => ExitReason::Stopped("an operator restarts it".into()),
        Verdict::Completed => ExitReason::Completed,
        Verdict::Failed(failure) => ExitReason::Failed(failure.cause.clone()),
    }
}
