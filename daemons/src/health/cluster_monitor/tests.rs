use ringrift_core::{
    HealthStatus,
    testing::{KitBuilder, TestKit},
};
use tempfile::TempDir;

use super::*;

const WELL: Reading = Reading { load_percent: 250.0, memory_percent: 94.9, disk_percent: Some(89.9) };

/// A machine whose figures the test sets.
#[derive(Clone)]
struct Machine(Arc<Mutex<Reading>>);

impl Machine {
    fn new(reading: Reading) -> Self {
        Self(Arc::new(Mutex::new(reading)))
    }

    fn set(&self, reading: Reading) {
        *self.0.lock().unwrap() = reading;
    }

    fn kit(&self) -> KitBuilder {
        let readings = Arc::clone(&self.0);
        TestKit::builder().with(move || {
            let readings = Arc::clone(&readings);
            ClusterMonitor {
                config: ClusterConfig::default(),
                folder: DataFolder::new("data"),
                sensor: Arc::new(move |_| Ok(readings.lock().unwrap().clone())),
                seen: Mutex::default(),
            }
        })
    }
}

async fn next_check(kit: &TestKit) {
    let cycles = kit.stats(ClusterMonitor::TYPE).cycles;
    while kit.stats(ClusterMonitor::TYPE).cycles == cycles {
        kit.advance(std::time::Duration::from_secs(1)).await;
    }
    kit.settle().await;
}

fn emitted(kit: &TestKit) -> [u64; 2] {
    let events = kit.snapshot().events;
    ["CLUSTER_HEALTH_DEGRADED", "P2P_CLUSTER_HEALTHY"]
        .map(|name| events.iter().find(|event| event.name == name).map_or(0, |event| event.emitted))
}

#[tokio::test(start_paused = true)]
async fn a_machine_short_of_disk_and_memory_is_told_once_and_again_when_it_is_well() {
    let machine = Machine::new(WELL);
    let kit = machine.kit().start().await;
    kit.expect_event::<ClusterHealthy>().await;

    machine.set(Reading { memory_percent: 95.0, disk_percent: Some(90.0), ..WELL });
    let told = kit.expect_event::<ClusterHealthDegraded>().await;
    let reason = "disk is 90.0 % full, the limit is 90 %; memory is 95.0 % full, the limit is 95 %";
    let expected =
        ClusterHealthDegraded { health_ratio: 0.0, active_nodes: 0, total_nodes: 1, reason: reason.to_owned() };
    assert_eq!(*told, expected);
    machine.set(Reading { memory_percent: 97.0, disk_percent: Some(91.0), ..WELL });
    next_check(&kit).await;
    assert_eq!(emitted(&kit), [1, 1]);

    machine.set(Reading { disk_percent: Some(91.0), ..WELL });
    let told = kit.expect_event::<ClusterHealthDegraded>().await;
    assert_eq!(told.reason, "disk is 91.0 % full, the limit is 90 %");
    machine.set(WELL);
    kit.expect_event::<ClusterHealthy>().await;
    assert_eq!(emitted(&kit), [2, 2]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn health_shows_the_figures_and_what_is_wrong() {
    let machine = Machine::new(Reading { disk_percent: Some(93.25), ..WELL });
    let kit = machine.kit().start().await;
    kit.expect_event::<ClusterHealthDegraded>().await;
    kit.advance(std::time::Duration::from_secs(60)).await;
    let health = kit.runtime().health(ClusterMonitor::TYPE).unwrap().report;
    assert_eq!(health.status, HealthStatus::Degraded);
    assert_eq!(health.message, "disk is 93.2 % full, the limit is 90 %");
    let machine = serde_json::json!({"load_percent": 250.0, "memory_percent": 94.9, "disk_percent": 93.25});
    assert_eq!(health.details["machine"], machine);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_starts_is_told_that_the_machine_is_not_well() {
    let machine = Machine::new(WELL);
    let kit = machine.kit().start().await;
    kit.expect_event::<ClusterHealthy>().await;
    machine.set(Reading { memory_percent: 99.0, ..WELL });
    kit.expect_event::<ClusterHealthDegraded>().await;
    next_check(&kit).await;
    assert_eq!(emitted(&kit), [1, 1]);
    kit.runtime().restart_daemon(EventRouter::TYPE).unwrap();
    kit.expect_event::<ClusterHealthDegraded>().await;

    machine.set(WELL);
    kit.expect_event::<ClusterHealthy>().await;
    kit.runtime().restart_daemon(EventRouter::TYPE).unwrap();
    kit.advance(std::time::Duration::from_secs(600)).await;
    assert_eq!(emitted(&kit), [2, 2]);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_limits_are_settings_and_the_real_machine_is_over_a_limit_of_zero() {
    let folder = TempDir::new().unwrap();
    let kit = TestKit::builder().daemon::<ClusterMonitor>().provide(DataFolder::new(folder.path()));
    let kit = kit.config("[daemons.cluster_monitor]\nmemory_limit_percent = 0.0\ndisk_limit_percent = 101.0");
    let kit = kit.start().await;
    let told = kit.expect_event::<ClusterHealthDegraded>().await;
    assert!(told.reason.starts_with("memory is ") && told.reason.ends_with(" % full, the limit is 0 %"), "{told:?}");
    kit.finish().await;
}
