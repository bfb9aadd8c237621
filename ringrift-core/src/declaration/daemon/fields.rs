//! What the fields of a daemon are filled from. Each requirement on a type of the user's is asked in
//! one place, so that one mistake is one message.

use std::any::TypeId;

use serde::de::DeserializeOwned;

use super::{
    bounds::{ConfiguredBy, DependsOn, Registered},
    construct::BuildContext,
    error::DaemonResult,
    handle::Handle,
};
use crate::{
    config::{Config, problem::Problem},
    declaration::{
        live::provided::Provided,
        spec::{ConfigCheck, InjectSpec},
    },
};

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

/// A type that a section of the configuration is read as.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be read from the configuration",
    label = "needs `Deserialize`",
    note = "add `#[derive(serde::Deserialize)]` to `{Self}`"
)]
pub trait Section: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Section for T {}

/// How the section of a daemon is read as a `T`.
pub struct SectionOf<T> {
    /// For its spec: reads, and keeps the problems only.
    pub check: ConfigCheck,
    pub(crate) read: fn(&Config, &str) -> Result<T, Vec<Problem>>,
}

/// `config = T`: the only place that needs `T` to be read from text.
pub const fn section_of<T: Section>() -> SectionOf<T> {
    SectionOf { check: |config, section| read::<T>(config, section).err().unwrap_or_default(), read: read::<T> }
}

fn read<T: Section>(config: &Config, section: &str) -> Result<T, Vec<Problem>> {
    config.section_without(section, &["options"])
}

/// How a `#[config]` field is filled: the only place that asks whether it is of the type in `config = T`.
pub fn configured<D: ConfiguredBy<T>, T>() -> fn(&BuildContext<D>) -> DaemonResult<T> {
    BuildContext::config
}

/// How an `#[inject]` field is filled that is a `Handle<T>`: the only place that asks whether the
/// daemon depends on `T`.
pub fn dependency<D, T>() -> fn(&BuildContext<D>) -> Handle<T>
where
    T: Registered + 'static,
    D: DependsOn<T::Node<()>>,
{
    BuildContext::daemon
}

/// One `#[inject]` field whose value the program provides.
pub struct Injected<T> {
    /// For the daemon's spec.
    pub spec: InjectSpec,
    get: fn(&Provided) -> Option<T>,
}

/// The only place that asks what a provided value must be able to.
pub const fn injected<T: Provide>(field: &'static str, type_name: &'static str) -> Injected<T> {
    Injected { spec: InjectSpec { field, type_name, type_id: TypeId::of::<T> }, get: Provided::get::<T> }
}

impl<T> Injected<T> {
    /// The value.
    ///
    /// # Errors
    /// When nobody provided one; that is reported before anything starts.
    pub fn value<D>(&self, build: &BuildContext<D>) -> DaemonResult<T> {
        (self.get)(build.provided_values()).ok_or_else(|| not_provided(self.spec.type_name))
    }
}

/// A value that may be given with `builder().provide(..)`: each daemon gets a clone.
#[diagnostic::on_unimplemented(
    message = "a value of type `{Self}` can't be provided to daemons",
    label = "needs `Clone + Send + Sync + 'static`",
    note = "derive `Clone` for `{Self}`, or share one value: `#[inject] field: Arc<{Self}>`",
    note = "a daemon is injected as `Handle<{Self}>`"
)]
pub trait Provide: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> Provide for T {}

pub(super) fn not_provided(type_name: &str) -> crate::delivery::guard::BoxError {
    format!("nobody provides a `{type_name}`; add `.provide(value)` to the runtime's builder").into()
}
