//! The numbers of one daemon: what `#[daemon(..)]` sets and `[daemons.x.options]` overrides.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::restart::RestartPolicy;

/// What a full mailbox does with the next event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// The emitter waits, 5 s at most; then the delivery is a dead letter (the default).
    Block,
    /// The oldest event that waits is evicted, and counted.
    DropOldest,
    /// The new event is dropped, and counted.
    DropNewest,
}

/// The longest time one emit waits for all its full mailboxes together.
pub(crate) const BLOCK_LIMIT: Duration = Duration::from_secs(5);

/// What three failed health checks in a row mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnhealthy {
    /// They are reported (the default).
    Report,
    /// They are a failure, under the restart policy.
    Restart,
}

/// A service runs until it is stopped; a task comes to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Runs until it is stopped: a runner that returns is a failure (the default).
    Service,
    /// Comes to an end: `Completed` when its run returns, and that counts as ready for dependents.
    Task,
}

/// The options of one daemon, but for its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Options {
    /// Whether the operator lets it run; `false` is state `Disabled`.
    pub enabled: bool,
    /// Up to so much is added at random to every wait for a cycle.
    pub jitter: Duration,
    /// A cycle that runs longer is cancelled and counts as an error; `None` is no limit.
    pub cycle_timeout: Option<Duration>,
    /// A handler that runs longer is cancelled, and its event is a dead letter.
    pub handler_timeout: Duration,
    /// An `on_start` that runs longer is a failure.
    pub start_timeout: Duration,
    /// What the daemon has to drain its mail and to end its cycle.
    pub stop_timeout: Duration,
    /// A hook that runs longer without a heartbeat is reported as stalled.
    pub stall_after: Duration,
    /// Health checks don't count against the daemon so long after its start.
    pub startup_grace: Duration,
    /// How it is restarted.
    pub restart: RestartPolicy,
    /// What failed health checks mean.
    pub on_unhealthy: OnUnhealthy,
    /// Whether the process is ready and healthy only when this daemon is.
    pub critical: bool,
    /// The pace of health checks.
    pub health_check_interval: Duration,
    /// How many events may be unsettled in its mailbox.
    pub mailbox: u32,
    /// What happens to the next one.
    pub overflow: Overflow,
    /// How many handlers may run at once; 1 keeps the order of events.
    pub concurrency: u32,
}

impl Options {
    /// The defaults of every daemon, before its own `#[daemon(..)]`.
    pub const DEFAULT: Self = Self {
        enabled: true,
        jitter: Duration::ZERO,
        cycle_timeout: None,
        handler_timeout: Duration::from_secs(30),
        start_timeout: Duration::from_secs(30),
        stop_timeout: Duration::from_secs(5),
        stall_after: Duration::from_mins(1),
        startup_grace: Duration::from_secs(30),
        restart: RestartPolicy::DEFAULT,
        on_unhealthy: OnUnhealthy::Report,
        critical: false,
        health_check_interval: Duration::from_secs(30),
        mailbox: 1024,
        overflow: Overflow::Block,
        concurrency: 1,
    };
}
