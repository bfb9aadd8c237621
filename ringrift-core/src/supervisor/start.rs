//! One life: it is built, started, works, and ends.

use std::sync::Arc;

use tokio::time::Instant;

use super::{
    child::End,
    ending,
    hooks::{self, Interrupt, unless_interrupted},
    transition::transition_of,
    work::{self, Verdict, Work},
};
use crate::{
    declaration::{
        daemon::{DaemonResult, ExitReason, FatalError},
        live::{
            incarnation::{Boxed, Incarnation, Life, Living},
            intent::Intent,
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

/// Begins the next life of a daemon.
pub(super) fn begin(world: &Arc<World>, record: &Arc<Record>) -> Arc<Life> {
    record.begin_incarnation();
    let incarnation = {
        let mut status = record.status();
        status.incarnation += 1;
        status.incarnation
    };
    let span = tracing::info_span!("daemon", daemon = record.ty.as_str(), incarnation);
    Arc::new(Life::new(Arc::clone(world), Arc::clone(record), incarnation, span))
}

/// From construction to end. The start and the end have boxes of their own, so that the task of an
/// idle daemon holds only what works.
#[expect(clippy::manual_async_fn, reason = "an async fn would hold its arguments twice")]
pub(super) fn live(life: &Arc<Life>) -> impl Future<Output = End> + Send {
    async move {
        transition_of(life, State::Starting { cause: "it is being built".into() });
        let living = match Box::pin(started(life)).await {
            Ok(living) => living,
            Err(end) => return end,
        };
        life.record.set_open(true);
        transition_of(life, State::Running);
        let work = Work::new(life, living);
        let (verdict, deadline) = work::until_the_end(&work).await;
        Box::pin(ending::without_stop(life, Some(work.living), verdict, deadline)).await
    }
}

/// By when an end that begins now is over.
pub(super) fn deadline(record: &Record) -> Instant {
    Instant::now() + record.options().stop_timeout
}

/// Builds the daemon and runs its `on_start`, each within `start_timeout`.
async fn started(life: &Arc<Life>) -> Result<Arc<dyn Incarnation>, End> {
    let living = match guarded(life, Hook::Init, build(life)).await {
        Ok(living) => living,
        Err(verdict) => return Err(not_started(life, None, verdict).await),
    };
    life.record.set_living(Living { life: Arc::clone(life), daemon: Arc::clone(&living) });
    transition_of(life, State::Starting { cause: "its on_start runs".into() });
    match guarded(life, Hook::OnStart, living.on_start(life)).await {
        Ok(()) => Ok(living),
        Err(verdict) => Err(not_started(life, Some(living), verdict).await),
    }
}

fn build(life: &Arc<Life>) -> Boxed<'static, DaemonResult<Arc<dyn Incarnation>>> {
    match life.record.factory.clone() {
        // In the future, so that a panic of the factory is one of the hook.
        Some(factory) => Box::pin(async move { Ok(factory()) }),
        None => (life.record.spec.build)(Arc::clone(life)),
    }
}

async fn guarded<T>(life: &Life, hook: Hook, future: Boxed<'_, DaemonResult<T>>) -> Result<T, Verdict> {
    let record = &life.record;
    let outcome = unless_interrupted(record, hooks::run(life, hook, future)).await;
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
    record.counters.error(hook.as_str(), failure.cause.clone(), life.world.clock.wall());
    Err(Verdict::Failed(failure))
}

async fn not_started(life: &Arc<Life>, living: Option<Arc<dyn Incarnation>>, verdict: Verdict) -> End {
    let failed = matches!(verdict, Verdict::Failed(_));
    let end = ending::without_stop(life, living, verdict, deadline(&life.record)).await;
    if let (true, End::Failed { cause, .. } | End::Leaked { cause }) = (failed, &end) {
        _ = life.world.failed_start.set((life.record.ty, cause.clone()));
    }
    end
}

/// What `on_exit` is told.
pub(super) fn exit_reason(record: &Record, verdict: &Verdict) -> ExitReason {
    match verdict {
        Verdict::Stop => ExitReason::Stopped(match record.intent() {
            Intent::Stop { cause } | Intent::Off { cause } => cause.into_owned(),
            // It is wanted again, since.
            Intent::Run => "it was not wanted any more".into(),
        }),
        Verdict::Restart => ExitReason::Stopped("an operator restarts it".into()),
        Verdict::Completed => ExitReason::Completed,
        Verdict::Failed(failure) => ExitReason::Failed(failure.cause.clone()),
    }
}
