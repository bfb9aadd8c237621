//! The values that `#[inject]` fields need, and that nobody provides.

use std::fmt;

use super::selection::Selected;
#[cfg(feature = "cli")]
use crate::declaration::wiring::{Severity, WiringProblem};
use crate::{
    declaration::{
        live::provided::Offered,
        registry::{Entry, Registry},
        spec::InjectSpec,
    },
    words::daemon_type::DaemonType,
};

/// A field without a value.
pub(super) struct Need<'a> {
    /// Where its daemon stands in the registry.
    index: usize,
    entry: &'a Entry,
    field: &'a InjectSpec,
}

impl fmt::Display for Need<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, daemon): (_, DaemonType) = (self.field, self.entry.ty);
        write!(f, "`{}` for field `{}` of daemon `{daemon}`", field.type_name, field.field)
    }
}

/// Every one, by daemon. What a test's factory builds needs nothing of us.
pub(super) fn unmet<'a>(registry: &'a Registry, offered: &Offered) -> Vec<Need<'a>> {
    let built = registry.daemons.iter().enumerate().filter(|(_, entry)| entry.factory.is_none());
    let needs =
        built.flat_map(|(index, entry)| entry.spec.injects.iter().map(move |field| Need { index, entry, field }));
    needs.filter(|need| !offered.contains((need.field.type_id)())).collect()
}

/// A line for each that a daemon which is to run can't be built without.
pub(super) fn missing(registry: &Registry, offered: &Offered, to_run: &Selected) -> Vec<String> {
    let unmet = unmet(registry, offered).into_iter();
    unmet.filter(|need| to_run.contains(need.index)).map(|need| format!("  {need}")).collect()
}

/// The same for `check`; with a warning for a daemon that does not run, until somebody starts it.
#[cfg(feature = "cli")]
pub(super) fn problems(registry: &Registry, offered: &Offered, to_run: &Selected) -> Vec<WiringProblem> {
    let problem = |need: Need<'_>| {
        let (severity, when) = match to_run.contains(need.index) {
            true => (Severity::Error, ""),
            false => (Severity::Warning, ", should it ever run"),
        };
        let message = format!(
            "nobody provides the {need}{when}; add `.provide(value)` to the builder (of `Runtime::builder()` or `cli::main_with`)"
        );
        WiringProblem { severity, message, place: need.entry.spec.place.to_string(), is_about_events: false }
    };
    unmet(registry, offered).into_iter().map(problem).collect()
}
