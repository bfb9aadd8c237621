//! The stock daemons.

pub mod workload;
