//! One life of a daemon, from its construction to its end, behind a type that the supervisor can hold.

use std::{
    any::Any,
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::{
    attribution::{Attributed, Owner, Within},
    record::Record,
    tasks::Tasks,
    world::World,
};
use crate::{
    declaration::daemon::{BuildContext, Construct, Context, Daemon, DaemonResult, ExitReason},
    delivery::{
        guard::{catch, caught},
        mail::Mail,
        taken::Taken,
    },
    words::health::HealthReport,
};

/// A boxed future; hooks run in one, so an idle daemon does not hold the space of its largest hook.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a spec builds its daemon.
pub(crate) type Build = fn(Arc<Life>) -> Boxed<'static, DaemonResult<Arc<dyn Incarnation>>>;

/// A daemon that lives, with its life.
#[derive(Clone)]
pub(crate) struct Living {
    pub(crate) life: Arc<Life>,
    pub(crate) daemon: Arc<dyn Incarnation>,
}

/// What an incarnation shares with its contexts.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) world: Arc<World>,
    pub(crate) record: Arc<Record>,
    pub(crate) incarnation: u32,
    pub(crate) born_ms: u64,
    /// The daemon's span, which also says whether anybody listens.
    pub(crate) span: Span,
    /// Boxed: few daemons ask for either before they end.
    helpers: OnceLock<Box<Helpers>>,
}

/// What helps a daemon beside its own task.
#[derive(Debug, Default)]
struct Helpers {
    token: CancellationToken,
    tasks: Tasks,
}

impl Life {
    pub(crate) fn new(world: Arc<World>, record: Arc<Record>, incarnation: u32, span: Span) -> Self {
        let born_ms = world.clock.now_ms();
        Self { world, record, incarnation, born_ms, span, helpers: OnceLock::new() }
    }

    /// To whom the polls of its tasks are put down.
    pub(crate) fn owner(&self) -> Owner {
        Owner::new(self.world.number, self.record.index)
    }

    /// Made when somebody asks for one of them.
    fn helpers(&self) -> &Helpers {
        self.helpers.get_or_init(Box::default)
    }

    /// Cancelled when the incarnation must end.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.helpers().token
    }

    pub(crate) fn cancel(&self) {
        self.token().cancel();
    }

    /// The helper tasks.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.helpers().tasks
    }

    pub(crate) fn instance<D: Send + Sync + 'static>(&self) -> Option<Arc<D>> {
        self.record.any_instance()
    }

    /// A span of its own for a delivery, if anybody listens to the daemon's.
    #[inline]
    pub(crate) fn delivery_span(&self, mail: &Mail) -> Span {
        if self.span.is_disabled() {
            return Span::none();
        }
        tracing::info_span!(parent: &self.span, "delivery", event = mail.event.meta.name, event_id = %mail.event.id)
    }

    pub(crate) fn spawn<F>(self: &Arc<Self>, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let life = Arc::clone(self);
        let watched = async move {
            match caught(task).await {
                Ok(output) => output,
                Err(panic) => life.helper_panicked("spawn", panic),
            }
        };
        let spanned = tracing::Instrument::instrument(watched, self.span.clone());
        self.tasks().spawn(Attributed::new(self.owner(), Box::pin(spanned)))
    }

    /// Notes the panic as an error of the daemon, and hands it on to whoever holds the `JoinHandle`.
    fn helper_panicked(&self, how: &'static str, panic: String) -> ! {
        tracing::error!(%panic, how, "a spawned task panicked");
        self.record.counters.panic();
        self.record.counters.error(how, format!("panicked: {panic}"), self.world.clock.wall());
        std::panic::resume_unwind(Box::new(panic))
    }

    pub(crate) fn spawn_blocking<F, T>(self: &Arc<Self>, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let life = Arc::clone(self);
        let scoped = move || {
            let _within = Within::world(life.world.number);
            match catch(|| life.span.in_scope(work)) {
                Ok(output) => output,
                Err(panic) => life.helper_panicked("spawn_blocking", panic),
            }
        };
        self.tasks().spawn_blocking(scoped)
    }
}

/// Any daemon as the supervisor sees it: its hooks, each with a context of its own.
pub(crate) trait Incarnation: Any + Send + Sync {
    fn on_start<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, DaemonResult>;
    fn run_cycle<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, DaemonResult>;
    /// `runner = path`.
    fn runner<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, DaemonResult>;
    /// Runs the mail in hand, and returns what it was in; `Err` is a failure of the daemon.
    fn batch<'a>(&'a self, life: &'a Arc<Life>, taken: Taken) -> Boxed<'a, Result<Taken, String>>;
    fn on_stop<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, DaemonResult>;
    fn on_exit<'a>(&'a self, life: &Arc<Life>, reason: &'a ExitReason) -> Boxed<'a, DaemonResult>;
    fn health<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, HealthReport>;
}

/// Builds a `D`: what `DaemonSpec::build` holds.
pub(crate) fn build<D: Daemon + Send + Sync + 'static>(
    life: Arc<Life>,
) -> Boxed<'static, DaemonResult<Arc<dyn Incarnation>>> {
    Box::pin(async move {
        let daemon = D::construct(BuildContext::new(life)).await?;
        Ok(Arc::new(daemon) as Arc<dyn Incarnation>)
    })
}

/// A hook's future. The call itself is a part of it, so that a panic before the first await is one
/// of the hook. A test's fault strikes here; without the test kit there is none.
macro_rules! hook {
    ($life:ident, $hook:ident, |$cx:ident| $call:expr) => {{
        let $cx = Context::new(Arc::clone($life));
        #[cfg(feature = "testing")]
        let future = async move {
            let life = $cx.life();
            let at = crate::declaration::live::faults::FaultAt::$hook;
            life.world.faults.before(&life.record, at, async { $call.await }).await
        };
        #[cfg(not(feature = "testing"))]
        let future = async move { $call.await };
        Box::pin(future)
    }};
}

impl<D: Daemon + Send + Sync + 'static> Incarnation for D {
    fn on_start<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, DaemonResult> {
        hook!(life, Start, |cx| Daemon::on_start(self, &cx))
    }

    fn run_cycle<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, DaemonResult> {
        hook!(life, Cycle, |cx| Daemon::run_cycle(self, &cx))
    }

    fn runner<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, DaemonResult> {
        hook!(life, Runner, |cx| Construct::runner(self, &cx).expect("the spec says that there is one"))
    }

    fn batch<'a>(&'a self, life: &'a Arc<Life>, taken: Taken) -> Boxed<'a, Result<Taken, String>> {
        match <D as Construct>::HANDLERS.batch {
            Some(batch) => batch(self, life, taken),
            None => Box::pin(std::future::pending()),
        }
    }

    fn on_stop<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, DaemonResult> {
        hook!(life, Stop, |cx| Daemon::on_stop(self, &cx))
    }

    fn on_exit<'a>(&'a self, life: &Arc<Life>, reason: &'a ExitReason) -> Boxed<'a, DaemonResult> {
        hook!(life, Exit, |cx| Daemon::on_exit(self, &cx, reason))
    }

    fn health<'a>(&'a self, life: &Arc<Life>) -> Boxed<'a, HealthReport> {
        let cx = Context::new(Arc::clone(life));
        #[cfg(feature = "testing")]
        return Box::pin(async move {
            let life = cx.life();
            life.world.faults.before_health(&life.record, async { Daemon::health(self, &cx).await }).await
        });
        #[cfg(not(feature = "testing"))]
        Box::pin(async move { Daemon::health(self, &cx).await })
    }
}
