//! The health of a daemon: its own report, seen together with its state and its dependencies.

use super::{pauses, snapshot::HealthSnapshot};
use crate::{
    declaration::live::{record::Record, world::World},
    supervisor::{describe_dependency, health::is_in_grace, missing_dependencies},
    words::{
        health::{HealthReport, HealthStatus},
        state::{State, StateName},
    },
};

/// How the daemon is now.
pub(super) fn of(world: &World, record: &Record, now: u64) -> HealthSnapshot {
    let state = record.state();
    let found = record.conditions.found();
    let checked_ms_ago = found.report.as_ref().map(|checked| now.saturating_sub(checked.1));
    let failed_checks = found.failed_checks;
    let mut worries = Vec::new();
    if let Some((hook, started)) = found.stalled_now() {
        let since = started.max(record.last_heartbeat());
        worries.push(format!("stalled in {hook} for {} s", now.saturating_sub(since) / 1000));
    }
    if let Some(since) = found.blocking_ms {
        worries.push(format!("blocks a worker thread for {} s", now.saturating_sub(since) / 1000));
    }
    let own = found.report.map(|(report, _)| report);
    let report = match state {
        State::Running => {
            let missing = missing_dependencies(world, record);
            worries.extend(pauses::worries(world, record, now));
            worries.extend(missing.iter().map(|(daemon, state)| describe_dependency(*daemon, state)));
            running(own, &worries, is_in_grace(record, now))
        }
        other => not_running(&other, &worries),
    };
    let report = match lost_wants(world, record) {
        lost if lost.is_empty() => report,
        lost => report.detail("wants", lost),
    };
    HealthSnapshot { healthy: report.status.is_healthy(), report, checked_ms_ago, failed_checks }
}

fn running(own: Option<HealthReport>, worries: &[String], in_grace: bool) -> HealthReport {
    let unchecked = if in_grace { HealthStatus::Starting } else { HealthStatus::Running };
    let mut report = own.unwrap_or_else(|| HealthReport::new(unchecked, "not checked yet"));
    if report.status == HealthStatus::Error && in_grace {
        report.status = HealthStatus::Starting;
    }
    if !worries.is_empty() {
        let has_own_message = matches!(report.status, HealthStatus::Degraded | HealthStatus::Error);
        let own = has_own_message.then(|| report.message.clone());
        report.message = worries.iter().cloned().chain(own).collect::<Vec<_>>().join("; ");
        if report.status != HealthStatus::Error {
            report.status = HealthStatus::Degraded;
        }
    }
    report
}

/// What it wants, runs here, and is not ready: only noted.
fn lost_wants(world: &World, record: &Record) -> Vec<String> {
    let lost = world.wants(record).filter(|other| other.is_wanted() && !other.is_ready());
    lost.map(|other| describe_dependency(other.ty, &other.state())).collect()
}

fn not_running(state: &State, worries: &[String]) -> HealthReport {
    let status = match state.name() {
        StateName::Waiting | StateName::Starting => HealthStatus::Starting,
        StateName::Backoff | StateName::Failed | StateName::Leaked => HealthStatus::Error,
        StateName::Disabled | StateName::Stopping | StateName::Stopped => HealthStatus::Stopped,
        // A task that is done has done its work.
        StateName::Running | StateName::Completed => HealthStatus::Running,
    };
    let is_stuck = status == HealthStatus::Starting && !worries.is_empty();
    let status = if is_stuck { HealthStatus::Degraded } else { status };
    HealthReport::new(status, worries.iter().cloned().chain([state.to_string()]).collect::<Vec<_>>().join("; "))
}
