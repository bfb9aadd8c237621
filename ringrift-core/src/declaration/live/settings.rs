//! The options of one daemon as they are in force.

use crate::{
    declaration::spec::DaemonSpec,
    words::{options::Options, schedule::Schedule},
};

/// What the declaration says, with what the operator overrides.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Few daemons of hundreds are configured: the others share the options of their declaration.
    pub(crate) overridden: Option<Box<Options>>,
    pub(crate) schedule: Schedule,
}

impl Settings {
    /// The options in force of the daemon of that declaration.
    pub(crate) fn options<'a>(&'a self, spec: &'a DaemonSpec) -> &'a Options {
        self.overridden.as_deref().unwrap_or(&spec.options)
    }
}
