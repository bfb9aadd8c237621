//! The name of a daemon as a type of its own.

use std::fmt;

use serde::{Serialize, Serializer};

/// Which daemon: an open enum whose variants are the `X::TYPE` constants of all `#[daemon]` structs.
///
/// `Copy`, usable in `match`, shown and parsed as `quality_monitor` (`QUALITY_MONITOR` is accepted
/// too). A closed Rust `enum` cannot grow across macro invocations; this is as near as it gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DaemonType(&'static str);

impl DaemonType {
    /// For the macro's output; users write `X::TYPE`.
    #[doc(hidden)]
    pub const fn __new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name, in snake case.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for DaemonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for DaemonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for DaemonType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}
