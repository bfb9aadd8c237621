//! The options of one daemon as they are in force.

use std::ops::Deref;

use crate::words::{options::Options, schedule::Schedule};

/// What the declaration says, with what the operator overrides.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) options: InForce,
    pub(crate) schedule: Schedule,
}

/// Few daemons of hundreds are configured: the others share the options of their declaration.
#[derive(Debug)]
pub(crate) enum InForce {
    Declared(&'static Options),
    Overridden(Box<Options>),
}

impl Deref for InForce {
    type Target = Options;

    fn deref(&self) -> &Options {
        match self {
            Self::Declared(options) => options,
            Self::Overridden(options) => options,
        }
    }
}
