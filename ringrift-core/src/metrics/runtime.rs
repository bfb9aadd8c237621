//! The process.

use std::{fmt, time::UNIX_EPOCH};

use super::page::{Page, flag, seconds};
use crate::runtime::snapshot::{Phase, Snapshot};

const PHASES: [(Phase, &str); 4] = [
    (Phase::Starting, "starting"),
    (Phase::Running, "running"),
    (Phase::Stopping, "stopping"),
    (Phase::Stopped, "stopped"),
];

pub(super) fn encode(page: &mut Page<'_>, snapshot: &Snapshot) -> fmt::Result {
    let runtime = &snapshot.runtime;
    page.info("ringrift_build", "The version of ringrift.", [[("version", runtime.version.as_str())]])?;
    page.single_gauge(
        "ringrift_runtime_uptime_seconds",
        "How long the runtime has been up.",
        seconds(runtime.uptime_ms),
    )?;
    let started = runtime.started_at.duration_since(UNIX_EPOCH);
    page.single_gauge(
        "ringrift_runtime_start_timestamp_seconds",
        "When the runtime started.",
        started.unwrap_or_default().as_secs_f64(),
    )?;
    let phases = PHASES.map(|(phase, name)| ([("phase", name)], flag(phase == runtime.phase)));
    page.gauge("ringrift_runtime_phase", "1 for the phase that the runtime is in, 0 for the others.", phases)?;
    page.single_gauge("ringrift_runtime_ready", "1 when the runtime is ready.", flag(runtime.ready))?;
    page.single_gauge("ringrift_runtime_healthy", "1 when every critical daemon is healthy.", flag(runtime.healthy))?;
    let Some(store) = &runtime.store else { return Ok(()) };
    let help = "1 when the store can be written, 0 while it can't: then durable events are refused.";
    page.single_gauge("ringrift_store_writable", help, flag(store.trouble.is_none()))
}
