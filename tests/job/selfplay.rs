//! Self-play, the pipeline and the quality monitor, together.

use std::{collections::BTreeSet, fs, time::Duration};

use ringrift_core::{HealthStatus, testing::TestKit};
use ringrift_daemons::{
    events::quality::QualityScoreUpdated,
    health::{cluster_monitor::ClusterMonitor, quality_monitor::QualityMonitor},
    pipeline::{data_pipeline::DataPipeline, selfplay_coordinator::SelfplayCoordinator},
    workload::quality::QualityClass,
};

use super::site::Site;

const CONFIG: &str = "
    [daemons.selfplay_coordinator]
    configs = [\"hex5_2p\", \"hex6_2p\"]
    playouts = 4
    games_per_batch = 5
    target_games = 20
    [daemons.cluster_monitor]
    disk_limit_percent = 101
    memory_limit_percent = 101
";

#[tokio::test(start_paused = true)]
async fn self_play_fills_the_database_evenly_up_to_its_target_and_the_games_are_good() {
    let site = Site::new();
    let kit = TestKit::builder().daemon::<SelfplayCoordinator>().daemon::<DataPipeline>();
    let kit = site.provide(kit.daemon::<QualityMonitor>().daemon::<ClusterMonitor>());
    let kit = kit.profile("local").config(CONFIG).start().await;
    let mut judged = BTreeSet::new();
    while judged.len() < 2 {
        let update = kit.expect_event::<QualityScoreUpdated>().await;
        assert_eq!((update.quality_category, update.last_quality), (QualityClass::Excellent, None), "{update:?}");
        judged.insert(update.config_key.to_string());
    }
    kit.advance(Duration::from_secs(120)).await;
    site.until_taken_in(&kit).await;
    assert_eq!(site.counts(), [("hex5_2p".to_owned(), 20), ("hex6_2p".to_owned(), 20)]);
    assert_eq!(site.games.quarantined_total().unwrap(), 0);
    let batches = fs::read_dir(site.folder.inbox().join("done")).unwrap().count();
    assert_eq!(batches, 8);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn self_play_stays_paused_over_a_restart_while_the_machine_is_short_of_memory() {
    let site = Site::new();
    let kit = site.provide(TestKit::builder().daemon::<SelfplayCoordinator>().daemon::<ClusterMonitor>());
    let kit = kit.config("[daemons.cluster_monitor]\nmemory_limit_percent = 0\ndisk_limit_percent = 101").start().await;
    for incarnation in [1, 2] {
        kit.advance(Duration::from_secs(61)).await;
        let snapshot = kit.snapshot();
        let daemon = snapshot.daemons.iter().find(|daemon| daemon.name == "selfplay_coordinator").unwrap();
        assert_eq!((daemon.incarnation, daemon.health.status()), (incarnation, HealthStatus::Degraded));
        assert!(daemon.health.report.message.starts_with("paused: memory is "), "{}", daemon.health.report.message);
        kit.runtime().restart_daemon(SelfplayCoordinator::TYPE).unwrap();
    }
    kit.finish().await;
}
