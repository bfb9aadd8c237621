//! How a daemon is built: by the macro's constructor, or by `init = path`.

use std::{any::TypeId, future::Future, pin::Pin, sync::Arc};

use serde::de::DeserializeOwned;

use super::{
    bounds::{ConfiguredBy, DependsOn, Registered},
    context::Context,
    error::DaemonResult,
    handle::Handle,
    handlers::HandlerTable,
};
use crate::{
    config::{
        Config,
        problem::{ConfigError, Problem},
    },
    declaration::{live::incarnation::Life, spec::InjectSpec},
};

/// A user's own main loop (`runner = path`), boxed.
pub type RunnerFn<D> =
    for<'a> fn(&'a D, &'a Context<D>) -> Pin<Box<dyn Future<Output = DaemonResult> + Send + 'a>>;

/// What `#[daemon]` generates beside the spec.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a daemon",
    label = "not a daemon",
    note = "annotate it with `#[daemon(category = \"..\")]`"
)]
pub trait Construct: Registered + Sized + Send + Sync + 'static {
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
    pub(crate) fn new(life: Arc<Life>) -> Self {
        Self {
            cx: Context::new(life),
        }
    }

    /// The daemon's section of the configuration, `[daemons.x]`.
    ///
    /// # Errors
    /// When the section does not fit `T`; the error names every problem and its place.
    pub fn config<T: DeserializeOwned>(&self) -> DaemonResult<T>
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
        let life = self.cx.life();
        life.world.provided.get::<T>().ok_or_else(|| {
            let missing = std::any::type_name::<T>();
            format!("nobody provides a `{missing}`; add `.provide(value)` to the runtime's builder")
                .into()
        })
    }

    /// The context that the hooks will get.
    pub fn context(&self) -> &Context<D> {
        &self.cx
    }
}

/// A field that the constructor fills by itself.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` does not know how to be built",
    label = "this type has no `Default`",
    note = "derive `Default` for `{Self}`, mark the field `#[inject]`, `#[config]` or `#[init(..)]`, or give the daemon `init = path`"
)]
pub trait FieldDefault: Sized {
    /// The value.
    fn field_default() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> FieldDefault for T {
    fn field_default() -> Self {
        T::default()
    }
}

/// `DaemonSpec::config` for a section of type `T`.
pub fn check_config<T: DeserializeOwned>(config: &Config, section: &str) -> Vec<Problem> {
    match config.section_without::<T>(section, &["options"]) {
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    }
}

/// One entry of `DaemonSpec::injects`.
pub const fn inject_spec<T: Clone + Send + Sync + 'static>(
    field: &'static str,
    type_name: &'static str,
) -> InjectSpec {
    InjectSpec {
        field,
        type_name,
        type_id: TypeId::of::<T>,
    }
}

impl<D: Registered + 'static> Context<D> {
    /// The daemon's section of the configuration, `[daemons.x]`, as the type that its `config = T` names.
    ///
    /// # Errors
    /// When the section does not fit `T`; checked before the first start, so only a type whose
    /// `Deserialize` changes its mind can fail here.
    pub fn config<T: DeserializeOwned>(&self) -> Result<T, ConfigError>
    where
        D: ConfiguredBy<T>,
    {
        let life = self.life();
        let section = format!("daemons.{}", life.record.spec.ty);
        life.world
            .config
            .section_without(&section, &["options"])
            .map_err(ConfigError::from)
    }
}
