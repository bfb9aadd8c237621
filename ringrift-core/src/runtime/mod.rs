//! Assembles a runtime and shows it.

pub mod snapshot;
