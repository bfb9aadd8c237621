//! The declaration of a daemon whose `#[daemon]` has a mistake.

use std::sync::Arc;

use super::{DaemonSpec, Place, SpecRef};
use crate::{
    declaration::{
        daemon::{BuildFn, DaemonResult},
        live::incarnation::{Boxed, Incarnation, Life},
    },
    words::{category::Category, daemon_type::DaemonType},
};

/// Never run: the program that names it does not compile.
static BROKEN: DaemonSpec = DaemonSpec::bare(
    DaemonType::__new(""),
    Category::Misc,
    Place { file: file!(), line: line!(), module: module_path!() },
    BUILD,
);

/// Of a daemon that is never built.
pub(crate) const BUILD: BuildFn = BuildFn { build, has_cycle: || true };

/// Builds nothing.
fn build(_: Arc<Life>) -> Boxed<'static, DaemonResult<Arc<dyn Incarnation>>> {
    Box::pin(async { Err("its `#[daemon]` has a mistake".into()) })
}

impl SpecRef {
    /// Stands for the declaration that the macro could not write, so that the daemons which depend
    /// on it are not reported too.
    pub const BROKEN: Self = Self::new(&BROKEN);
}
