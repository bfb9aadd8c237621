//! The daemons and events that are in every runtime.

pub mod events;
