//! What a state means for the exit code.

use super::super::exit_code::{DEGRADED, FAILED, OK};
use crate::{
    HealthStatus, StateName,
    runtime::snapshot::{DaemonSnapshot, Snapshot},
};

/// The worst of all selected daemons; at least degraded while the process is not ready.
pub(super) fn of_all(snapshot: &Snapshot) -> u8 {
    let runtime = &snapshot.runtime;
    let selected = snapshot.daemons.iter().filter(|daemon| daemon.selected);
    let worst = selected.map(of).max().unwrap_or(OK);
    match (runtime.healthy, runtime.ready) {
        (false, _) => FAILED,
        (true, false) => worst.max(DEGRADED),
        (true, true) => worst,
    }
}

/// Failed when it will not come back by itself, or is critical and unhealthy; degraded when it
/// should run and does not, or does not run well. What was told to rest is in order.
pub(super) fn of(daemon: &DaemonSnapshot) -> u8 {
    let health = daemon.health.status();
    match daemon.state {
        StateName::Failed | StateName::Leaked => FAILED,
        StateName::Disabled | StateName::Stopped | StateName::Completed => OK,
        StateName::Waiting | StateName::Backoff | StateName::Stopping => DEGRADED,
        StateName::Starting => OK,
        StateName::Running if daemon.critical && health == HealthStatus::Error => FAILED,
        StateName::Running => match health {
            HealthStatus::Running | HealthStatus::Starting => OK,
            HealthStatus::Degraded | HealthStatus::Error | HealthStatus::Stopped => DEGRADED,
        },
    }
}
