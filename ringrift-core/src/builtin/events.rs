//! The runtime's own events: what happened to a daemon.

use ringrift_macros::event;
use serde::{Deserialize, Serialize};

/// A daemon is ready.
#[event("DAEMON_STARTED")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonStarted {
    /// Which daemon.
    pub daemon: String,
    /// The number of its incarnation, counted from 1.
    pub incarnation: u32,
}

/// A daemon stopped because it was told to.
#[event("DAEMON_STOPPED")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonStopped {
    /// Which daemon.
    pub daemon: String,
    /// Why.
    pub cause: String,
}

/// A daemon starts again.
#[event("DAEMON_RESTARTED")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonRestarted {
    /// Which daemon.
    pub daemon: String,
    /// The number of the new incarnation.
    pub incarnation: u32,
    /// Restarts since the runtime started.
    pub restarts: u32,
}

/// A daemon failed for good, or can't be stopped.
#[event("DAEMON_FAILED")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonFailed {
    /// Which daemon.
    pub daemon: String,
    /// The last failure.
    pub cause: String,
    /// Restarts since the runtime started.
    pub restarts: u32,
}

/// A hook of a daemon runs without a heartbeat, or it blocks a worker thread.
#[event("DAEMON_STALLED")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonStalled {
    /// Which daemon.
    pub daemon: String,
    /// The hook or handler, or `a worker thread`.
    pub what: String,
    /// For how long, in milliseconds.
    pub for_ms: u64,
}

/// What was stalled goes on.
#[event("DAEMON_RECOVERED")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonRecovered {
    /// Which daemon.
    pub daemon: String,
    /// The hook or handler, or `a worker thread`.
    pub what: String,
}
