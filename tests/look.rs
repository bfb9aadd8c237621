//! Short ways to what a test looks at.

use std::time::Duration;

use ringrift_core::{
    DaemonType, StateName,
    runtime::snapshot::{DaemonSnapshot, HealthSnapshot},
    testing::TestKit,
};

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// One daemon of the snapshot.
pub(crate) fn daemon(kit: &TestKit, daemon: DaemonType) -> DaemonSnapshot {
    kit.snapshot().daemons.into_iter().find(|found| found.name == daemon.as_str()).unwrap()
}

pub(crate) fn health(kit: &TestKit, daemon: DaemonType) -> HealthSnapshot {
    kit.runtime().health(daemon).unwrap()
}

pub(crate) fn state(kit: &TestKit, daemon: DaemonType) -> StateName {
    kit.state(daemon).name()
}

/// Milliseconds from now until the daemon is in that state.
pub(crate) async fn until(kit: &TestKit, daemon: DaemonType, wanted: StateName) -> u64 {
    let before = kit.snapshot().runtime.uptime_ms;
    kit.wait_for(daemon, wanted).await;
    kit.snapshot().runtime.uptime_ms - before
}
