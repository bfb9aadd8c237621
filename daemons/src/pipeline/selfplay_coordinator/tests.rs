use std::time::Duration;

use ringrift_core::testing::{KitBuilder, TestKit};
use ringrift_core::{HealthStatus, StateName};

use super::*;
use crate::site::Site;
use crate::workload::config_key::ConfigKey;
use crate::workload::inbox::watch::list;
use crate::workload::quality::QualityClass;

const SMALL: &str = "[daemons.selfplay_coordinator]\nconfigs = [\"hex3_2p\", \"hex4_2p\"]\nplayouts = 5\n";

fn kit(site: &Site, config: &str) -> KitBuilder {
    site.provide(TestKit::builder().daemon::<SelfplayCoordinator>()).config(config)
}

fn emitted(kit: &TestKit) -> u64 {
    let events = kit.snapshot().events;
    events.iter().find(|event| event.name == "SELFPLAY_COMPLETE").map_or(0, |event| event.emitted)
}

fn degraded() -> ClusterHealthDegraded {
    ClusterHealthDegraded { health_ratio: 0.0, active_nodes: 0, total_nodes: 1, reason: "disk is full".into() }
}

#[tokio::test(start_paused = true)]
async fn batches_alternate_between_configs_of_equal_data_and_lie_sealed_in_the_inbox() {
    let site = Site::new();
    let kit = kit(&site, &format!("{SMALL}games_per_batch = 3")).start().await;
    for board in ["hex3_2p", "hex4_2p", "hex3_2p", "hex4_2p"] {
        let batch = kit.expect_event::<SelfplayComplete>().await;
        assert_eq!((batch.config_key.to_string().as_str(), batch.games_generated), (board, 3));
        let report = site.ingest(&batch.path);
        assert_eq!((report.lines, report.quarantined_total), (3, 0));
    }
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn it_plays_until_each_config_has_its_target_and_goes_on_when_games_turn_out_bad() {
    let site = Site::new();
    let kit = kit(&site, &format!("{SMALL}games_per_batch = 2\ntarget_games = 4")).start().await;
    kit.advance(Duration::from_secs(600)).await;
    let played = || kit.get::<SelfplayCoordinator>().finished.load(Relaxed);
    assert_eq!(played(), 8);
    for file in list(&site.folder.inbox()).unwrap().files {
        site.ingest(&file.path);
    }
    kit.advance(Duration::from_secs(600)).await;
    let after_duplicates = played();

    let config_key: ConfigKey = "hex4_2p".parse().unwrap();
    kit.emit(LowQualityDataWarning { config_key: config_key.clone(), quality_score: 0.1, threshold: 0.6 }).await;
    kit.advance(Duration::from_secs(600)).await;
    // At 0.1 its stored games count for none, and so it plays as many again.
    assert_eq!(played(), after_duplicates + 4);
    kit.emit(HighQualityDataAvailable { config_key, quality_score: 0.9 }).await;
    kit.advance(Duration::from_secs(600)).await;
    assert_eq!(played(), after_duplicates + 4);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn whose_games_are_bad_is_known_to_the_next_process_until_they_are_good() {
    let site = Site::new();
    let start = || kit(&site, &format!("{SMALL}target_games = 0")).data_dir(site.folder.root()).start();
    let bad = |kit: &TestKit| locked(&kit.get::<SelfplayCoordinator>().demand).bad().clone();
    let config_key: ConfigKey = "hex4_2p".parse().unwrap();
    let process = start().await;
    process.emit(LowQualityDataWarning { config_key: config_key.clone(), quality_score: 0.1, threshold: 0.6 }).await;
    process.settle().await;
    process.finish().await;

    let process = start().await;
    process.settle().await;
    assert_eq!(bad(&process), [(config_key.clone(), 0.1)].into());
    let gone = QualityScoreUpdated {
        config_key: config_key.clone(),
        quality_score: None,
        quality_category: QualityClass::Unknown,
        last_quality: Some(0.1),
    };
    process.emit(gone).await;
    process.settle().await;
    assert_eq!(bad(&process), [].into());
    process.emit(LowQualityDataWarning { config_key: config_key.clone(), quality_score: 0.2, threshold: 0.6 }).await;
    process.emit(HighQualityDataAvailable { config_key, quality_score: 0.9 }).await;
    process.settle().await;
    process.finish().await;

    let process = start().await;
    process.settle().await;
    assert_eq!(bad(&process), [].into());
    process.finish().await;
}

#[tokio::test(start_paused = true)]
async fn new_games_of_somebody_else_count() {
    let site = Site::new();
    let kit = kit(&site, &format!("{SMALL}target_games = 0")).start().await;
    kit.advance(Duration::from_secs(5)).await;
    let counts = || kit.get::<SelfplayCoordinator>().demand.lock().unwrap().games();
    assert!(counts().is_empty());
    let game = r#"{"board_type": "hex3", "num_players": 2, "winner": 1, "moves": [1]}"#;
    site.ingest(&site.drop_file("a.jsonl", game));
    let config_key: ConfigKey = "hex3_2p".parse().unwrap();
    kit.emit(NewGamesAvailable::new(config_key.clone(), 1, "a.jsonl".into(), site.folder.database())).await;
    kit.advance(Duration::from_secs(5)).await;
    assert_eq!(counts(), [(config_key, 1)].into());
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_played_while_the_machine_is_short_of_something() {
    let site = Site::new();
    let kit = kit(&site, SMALL).start().await;
    kit.expect_event::<SelfplayComplete>().await;
    kit.emit(degraded()).await;
    kit.settle().await;
    kit.advance(Duration::from_secs(60)).await;
    let played = emitted(&kit);
    kit.advance(Duration::from_secs(600)).await;
    let health = kit.runtime().health(SelfplayCoordinator::TYPE).unwrap().report;
    assert_eq!((health.status, &*health.message), (HealthStatus::Degraded, "paused: disk is full"));
    let now = emitted(&kit);
    assert_eq!(now, played);

    kit.emit(ClusterHealthy { healthy_nodes: 1, node_count: 1 }).await;
    let goes_on = async {
        while kit.get::<SelfplayCoordinator>().progress.lock().unwrap().batches == played {
            kit.advance(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(600), goes_on).await.unwrap();
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_an_endless_game_at_once_and_writes_nothing_of_it() {
    let site = Site::new();
    let endless = "[daemons.selfplay_coordinator]\nconfigs = [\"hex19_2p\"]\nplayouts = 4294967295";
    let kit = kit(&site, endless).start().await;
    while kit.get::<SelfplayCoordinator>().progress.lock().unwrap().playing.is_none() {
        tokio::task::yield_now().await;
    }
    let report = kit.runtime().shutdown().await;
    assert_eq!(report.leaked, []);
    assert_eq!(kit.state(SelfplayCoordinator::TYPE).name(), StateName::Stopped);
    assert!(site.inbox().is_empty(), "{:?}", site.inbox());
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_hands_over_the_finished_games_of_a_batch_and_leaves_no_event_behind() {
    let site = Site::new();
    let kit = kit(&site, &format!("{SMALL}games_per_batch = 100000")).start().await;
    let coordinator = kit.get::<SelfplayCoordinator>();
    while coordinator.finished.load(Relaxed) < 3 {
        tokio::task::yield_now().await;
    }
    drop(coordinator);
    let report = kit.runtime().shutdown().await;
    assert_eq!((report.leaked, report.undelivered), (vec![], 0));
    let [file] = &*list(&site.folder.inbox()).unwrap().files else { panic!("{:?}", site.inbox()) };
    let report = site.ingest(&file.path);
    assert!((3..100_000).contains(&report.lines) && report.quarantined_total == 0, "{report:?}");
    assert_eq!(emitted(&kit), 0);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_config_that_is_not_hex_is_refused_before_anything_is_played() {
    let site = Site::new();
    let kit = kit(&site, "[daemons.selfplay_coordinator]\nconfigs = [\"hex5_2p\", \"square8_2p\"]\nplayouts = 0");
    let error = kit.try_start().await.err().unwrap().to_string();
    for problem in ["config key `square8_2p` does not name a Hex board", "playouts"] {
        assert!(error.contains(problem), "{error}");
    }
}
