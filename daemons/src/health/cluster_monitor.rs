//! The daemon that watches the machines; so far there is one, this one.
//!
//! Every 30 s it reads load, memory and the disk of the data folder, compares memory and disk with
//! their limits, and tells when that has changed. A high load is shown and never told: a machine that
//! plays games all day is loaded, and that is not a fault.
//!
//! What RingRift says of one machine among others (`NODE_FAILED`, `NODE_RECOVERED`) or of games that do
//! not come (`CLUSTER_STALL_DETECTED`) is not said: this machine can't tell that it is down, and games
//! stop coming when each config has enough.

mod machine;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ringrift_core::builtin::events::DaemonStarted;
use ringrift_core::prelude::*;
use serde::Deserialize;

use self::machine::{Reading, ReadingError, read_machine};
use crate::data_folder::DataFolder;
use crate::events::cluster::{ClusterHealthDegraded, ClusterHealthy};

/// `[daemons.cluster_monitor]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClusterConfig {
    /// From this use of the data folder's disk on, the machine is not well; in percent.
    pub disk_limit_percent: f64,
    /// From this use of the memory on, the machine is not well; in percent.
    pub memory_limit_percent: f64,
}

impl Default for ClusterConfig {
    fn default() -> Self {
        Self { disk_limit_percent: 90.0, memory_limit_percent: 95.0 }
    }
}

/// How a machine is read: a test gives its own figures.
type Sensor = Arc<dyn Fn(&DataFolder) -> Result<Reading, ReadingError> + Send + Sync>;

/// Watches load, memory and disk of the machine.
#[daemon(
    category = "health",
    depends_on = [EventRouter],
    emits = [ClusterHealthDegraded, ClusterHealthy],
    cycle = "30s",
    config = ClusterConfig,
    profiles = ["local", "coordinator", "selfplay"]
)]
pub struct ClusterMonitor {
    #[config]
    config: ClusterConfig,
    #[inject]
    folder: DataFolder,
    #[init(Arc::new(read_machine))]
    sensor: Sensor,
    seen: Mutex<Seen>,
}

/// What is known of the machine.
#[derive(Debug, Default)]
struct Seen {
    reading: Option<Reading>,
    /// What is wrong with it.
    problems: Vec<String>,
    /// Which problems the others were told of; `None` when they know nothing.
    told: Option<Vec<&'static str>>,
}

impl Daemon for ClusterMonitor {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        let (sensor, folder) = (Arc::clone(&self.sensor), self.folder.clone());
        let reading = cx.spawn_blocking(move || sensor(&folder)).await??;
        let Some(problems) = self.news(reading) else {
            return Ok(());
        };
        let health_ratio = if problems.is_empty() { 1.0 } else { 0.0 };
        if problems.is_empty() {
            tracing::info!(health_ratio, "the machine is well");
            cx.emit(ClusterHealthy { healthy_nodes: 1, node_count: 1 }).await?;
        } else {
            let reason = problems.join("; ");
            tracing::warn!(health_ratio, reason, "the machine is not well");
            cx.emit(ClusterHealthDegraded { health_ratio, active_nodes: 0, total_nodes: 1, reason }).await?;
        }
        Ok(())
    }

    async fn health(&self, cx: &Context<Self>) -> HealthReport {
        let mut report = HealthReport::from_stats(&cx.stats());
        let seen = self.seen();
        if report.status.is_healthy() && !seen.problems.is_empty() {
            let details = std::mem::take(&mut report.details);
            report = HealthReport { details, ..HealthReport::degraded(seen.problems.join("; ")) };
        }
        report
            .detail("machine", &seen.reading)
            .detail("disk_limit_percent", self.config.disk_limit_percent)
            .detail("memory_limit_percent", self.config.memory_limit_percent)
    }
}

#[handlers]
impl ClusterMonitor {
    /// A daemon that has just started takes the machine to be well, until it is told.
    #[on_event("DAEMON_STARTED")]
    async fn on_daemon_started(&self, _event: &DaemonStarted, cx: &Context<Self>) -> DaemonResult {
        let mut seen = self.seen();
        if !seen.problems.is_empty() {
            seen.told = None;
            cx.request_cycle();
        }
        Ok(())
    }
}

impl ClusterMonitor {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a reading in; returns what is wrong if the others do not know it yet.
    fn news(&self, reading: Reading) -> Option<Vec<String>> {
        let (short_of, problems) = self.judge(&reading);
        let mut seen = self.seen();
        seen.reading = Some(reading);
        seen.problems.clone_from(&problems);
        // By what is short and not by how much, so that a figure that moves is not told each time.
        (seen.told.replace(short_of.clone()) != Some(short_of)).then_some(problems)
    }

    /// What the machine is short of, and that as sentences.
    fn judge(&self, reading: &Reading) -> (Vec<&'static str>, Vec<String>) {
        let ClusterConfig { disk_limit_percent, memory_limit_percent } = self.config;
        let figures = [
            ("disk", reading.disk_percent, disk_limit_percent),
            ("memory", Some(reading.memory_percent), memory_limit_percent),
        ];
        let over = figures.into_iter().filter_map(|(what, used, limit)| {
            let used = used.filter(|used| *used >= limit)?;
            Some((what, format!("{what} is {used:.1} % full, the limit is {limit} %")))
        });
        over.unzip()
    }
}

#[cfg(test)]
mod tests;
