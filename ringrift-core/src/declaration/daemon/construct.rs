//! How a daemon is built: by the macro's constructor, or by `init = path`.

use std::{
    future::{Future, Ready},
    pin::Pin,
    sync::Arc,
};

use super::{
    bounds::{ConfiguredBy, DependsOn, Registered},
    context::Context,
    error::DaemonResult,
    fields::not_provided,
    handle::Handle,
    handlers::HandlerTable,
};
use crate::{
    config::problem::ConfigError,
    declaration::live::{incarnation::Life, provided::Provided},
    delivery::guard::BoxError,
};

/// A user's own main loop (`runner = path`), boxed.
pub type RunnerFn<D> = for<'a> fn(&'a D, &'a Context<D>) -> Running<'a>;

/// An `init` under way.
type Initialising<'a, D> = Pin<Box<dyn Future<Output = DaemonResult<D>> + Send + 'a>>;

/// A runner under way.
type Running<'a> = Pin<Box<dyn Future<Output = DaemonResult> + Send + 'a>>;

/// What `#[daemon]` generates beside the spec.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a daemon",
    label = "not a daemon",
    note = "annotate it with `#[daemon(category = \"..\")]`"
)]
pub trait Construct: Registered + Sized + 'static {
    /// The table of `#[handlers]`, empty without one.
    const HANDLERS: HandlerTable<Self>;
    /// `runner = path`.
    const RUNNER: Option<RunnerFn<Self>> = None;

    /// Builds a new instance.
    fn construct(build: BuildContext<Self>) -> impl Future<Output = DaemonResult<Self>> + Send;
}

/// What a daemon is built from. `init = path` gets it under the name `InitContext`.
pub struct BuildContext<D> {
    cx: Context<D>,
}

impl<D: Registered + 'static> BuildContext<D> {
    pub(super) fn provided_values(&self) -> &Provided {
        &self.cx.life().world.provided
    }

    pub(crate) fn new(life: Arc<Life>) -> Self {
        Self { cx: Context::new(life) }
    }

    /// The daemon's section of the configuration, `[daemons.x]`.
    ///
    /// # Errors
    /// When the section does not fit `T`; the error names every problem and its place.
    pub fn config<T>(&self) -> DaemonResult<T>
    where
        D: ConfiguredBy<T>,
    {
        Ok(self.cx.config()?)
    }

    /// A handle to a dependency.
    pub fn daemon<T: Registered + 'static>(&self) -> Handle<T>
    where
        D: DependsOn<T>,
    {
        self.cx.daemon()
    }

    /// A value given with `builder().provide(..)`.
    ///
    /// # Errors
    /// When nobody provided one; for `#[inject]` fields that is reported before anything starts.
    pub fn provided<T: Clone + Send + Sync + 'static>(&self) -> DaemonResult<T> {
        let values = self.provided_values();
        values.get::<T>().ok_or_else(|| not_provided(std::any::type_name::<T>()))
    }

    /// The context that the hooks will get.
    pub fn context(&self) -> &Context<D> {
        &self.cx
    }
}

/// The constructor of a daemon whose fields say where they come from: there is nothing to wait for.
pub fn ready<D>(
    build: BuildContext<D>,
    fields: impl FnOnce(&BuildContext<D>) -> DaemonResult<D>,
) -> Ready<DaemonResult<D>> {
    std::future::ready(fields(&build))
}

/// What `init = path` names.
#[diagnostic::on_unimplemented(
    message = "the `init` of daemon `{D}` does not have the shape of one",
    label = "not an `async fn(InitContext<{D}>) -> Result<{D}, _>`",
    note = "the error converts into `Box<dyn Error + Send + Sync>`",
    note = "the future is `Send`: no `Rc` and no lock guard lives across an `.await`"
)]
pub trait Init<D> {
    /// Builds the daemon.
    fn init(self, build: BuildContext<D>) -> impl Future<Output = DaemonResult<D>> + Send;
}

#[diagnostic::do_not_recommend]
impl<D, F, Fut, E> Init<D> for F
where
    F: FnOnce(BuildContext<D>) -> Fut,
    Fut: Future<Output = Result<D, E>> + Send,
    E: Into<BoxError>,
{
    fn init(self, build: BuildContext<D>) -> impl Future<Output = DaemonResult<D>> + Send {
        let built = self(build);
        async move { built.await.map_err(Into::into) }
    }
}

/// Calls `init = path`.
///
/// Boxed, because a type that `init` had a part in would be reported as well as `init`.
pub fn init<'a, D: 'a>(init: impl Init<D> + 'a, build: BuildContext<D>) -> Initialising<'a, D> {
    Box::pin(init.init(build))
}

/// What `runner = path` names.
#[diagnostic::on_unimplemented(
    message = "the `runner` of daemon `{D}` does not have the shape of one",
    label = "not an `async fn(&{D}, &Context<{D}>) -> DaemonResult`",
    note = "the future is `Send`: no `Rc` and no lock guard lives across an `.await`"
)]
pub trait Runner<'a, D> {
    /// Runs.
    fn run(self, daemon: &'a D, cx: &'a Context<D>) -> Running<'a>;
}

#[diagnostic::do_not_recommend]
impl<'a, D: 'a, F, Fut> Runner<'a, D> for F
where
    F: FnOnce(&'a D, &'a Context<D>) -> Fut,
    Fut: Future<Output = DaemonResult> + Send + 'a,
{
    fn run(self, daemon: &'a D, cx: &'a Context<D>) -> Running<'a> {
        Box::pin(self(daemon, cx))
    }
}

/// Calls `runner = path`.
pub fn run<'a, D>(runner: impl Runner<'a, D>, daemon: &'a D, cx: &'a Context<D>) -> Running<'a> {
    runner.run(daemon, cx)
}

impl<D: Registered + 'static> Context<D> {
    /// The daemon's section of the configuration, `[daemons.x]`, as the type that its `config = T` names.
    ///
    /// # Errors
    /// When the section does not fit `T`; checked before the first start, so only a type whose
    /// `Deserialize` changes its mind can fail here.
    pub fn config<T>(&self) -> Result<T, ConfigError>
    where
        D: ConfiguredBy<T>,
    {
        let life = self.life();
        let section = format!("daemons.{}", life.record.spec.ty);
        let read = <D as ConfiguredBy<T>>::SECTION.read;
        read(&life.world.config, &section).map_err(ConfigError::from)
    }
}
