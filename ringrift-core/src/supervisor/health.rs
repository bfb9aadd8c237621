//! Health checks: each daemon's on an interval of its own, one at a time.

use std::{sync::Arc, time::Duration};

use super::dependencies;
use crate::{
    declaration::live::{drops::drop_safely, record::Record, signals::Signal, world::World},
    delivery::guard::caught,
    words::{
        health::{HealthReport, HealthStatus},
        options::OnUnhealthy,
        state::StateName,
    },
};

/// A check that takes longer is a failed one.
pub(crate) const CHECK_LIMIT: Duration = Duration::from_secs(5);
/// So many failed checks in a row are reported, or are a failure of the daemon.
pub(crate) const FAILED_CHECKS: u32 = 3;

/// Checks one incarnation and asks for its next check.
pub(super) async fn check(world: Arc<World>, record: Arc<Record>, incarnation: u32) {
    let Some(living) = record.living() else {
        return;
    };
    let mut health = living.daemon.health(&living.life);
    let outcome = tokio::time::timeout(CHECK_LIMIT, caught(health.as_mut())).await;
    drop_safely(&living.life, "health", health);
    let report = match outcome {
        Ok(Ok(report)) => report,
        Ok(Err(panic)) => {
            record.counters.panic();
            record.counters.error("health", format!("panicked: {panic}"), world.clock.wall());
            HealthReport::error(format!("the health check panicked: {panic}"))
        }
        Err(_) => HealthReport::error(format!(
            "the health check took longer than {}",
            humantime::format_duration(CHECK_LIMIT)
        )),
    };
    drop(living);
    let now = world.clock.now_ms();
    if !is_alive(&record, incarnation) {
        return;
    }
    judge(&world, &record, report, now);
    if let Some(mailbox) = &record.mailbox {
        mailbox.shrink_if_idle();
    }
    world.schedule_health_check(
        now + record.options().health_check_interval.as_millis() as u64,
        record.index,
        incarnation,
    );
    world.changed.notify_waiters();
}

/// Whether that incarnation is the one that runs.
pub(super) fn is_alive(record: &Record, incarnation: u32) -> bool {
    let status = record.status();
    status.incarnation == incarnation && status.state.name() == StateName::Running
}

/// Keeps the report, and counts it unless the daemon is within its startup grace.
fn judge(world: &Arc<World>, record: &Arc<Record>, report: HealthReport, now: u64) {
    let is_failed = report.status == HealthStatus::Error && !is_in_grace(record, now);
    let message = report.message.clone();
    let failed_checks = record.conditions.note(|found| {
        found.failed_checks = if is_failed { found.failed_checks + 1 } else { 0 };
        found.report = Some((report, now));
        found.failed_checks
    });
    if failed_checks < FAILED_CHECKS || !failed_checks.is_multiple_of(FAILED_CHECKS) {
        return;
    }
    tracing::error!(daemon = %record.ty, failed_checks, error = message, "unhealthy");
    let is_on_its_own = dependencies::missing(world, record).is_empty();
    if record.options().on_unhealthy == OnUnhealthy::Restart && is_on_its_own {
        record.signals.raise(Signal::Unhealthy);
    }
}

/// Whether the daemon started so lately that nothing is held against it.
pub(crate) fn is_in_grace(record: &Record, now: u64) -> bool {
    let grace = record.options().startup_grace.as_millis() as u64;
    record.status().ready_ms.is_some_and(|ready| now.saturating_sub(ready.get()) < grace)
}
