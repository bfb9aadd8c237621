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
};

/// A runner under way.
pub type Running<'a> = Pin<Box<dyn Future<Output = DaemonResult> + Send + 'a>>;

/// What `#[daemon]` generates beside the spec.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a daemon",
    label = "not a daemon",
    note = "annotate it with `#[daemon(category = \"..\")]`"
)]
pub trait Construct: Registered + Sized {
    /// The table of `#[handlers]`, empty without one.
    const HANDLERS: HandlerTable<Self>;

    /// Builds a new instance.
    fn construct(build: BuildContext<Self>) -> impl Future<Output = DaemonResult<Self>> + Send
    where
        Self: Send + Sync;

    /// Starts the `runner = path`, if there is one.
    fn runner<'a>(&'a self, cx: &'a Context<Self>) -> Option<Running<'a>>
    where
        Self: Sync,
    {
        _ = cx;
        None
    }
}

/// What a daemon is built from. `init = path` gets it under the name `InitContext`.
pub struct BuildContext<D> {
    cx: Context<D>,
}

impl<D> BuildContext<D> {
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
        D: DependsOn<T::Node<()>>,
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

impl<D> Context<D> {
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
