use std::time::Duration;

use ringrift_core::testing::{KitBuilder, TestKit};
use serde_json::{Value, json};

use super::*;
use crate::site::Site;

fn kit(site: &Site) -> KitBuilder {
    site.provide(TestKit::builder().daemon::<QualityMonitor>())
}

/// Stores games of these numbers; a cut-off one has no end and no winner.
fn store(site: &Site, board: &str, numbers: std::ops::Range<u32>, is_cut_off: bool) {
    let (status, winner) = if is_cut_off { ("aborted", None) } else { ("completed", Some(1)) };
    let line = |number| {
        json!({
            "board_type": board, "num_players": 2, "winner": winner, "status": status,
            "move_count": 2, "moves": [number, 0],
        })
    };
    let lines: String = numbers.map(|number| format!("{}\n", line(number))).collect();
    site.ingest(&site.drop_file("games.jsonl", &lines));
}

fn key(key: &str) -> ConfigKey {
    key.parse().unwrap()
}

fn detail(kit: &TestKit, name: &str) -> Value {
    kit.runtime().health(QualityMonitor::TYPE).unwrap().report.details[name].clone()
}

fn emitted(kit: &TestKit, name: &str) -> u64 {
    kit.snapshot().events.iter().find(|event| event.name == name).map_or(0, |event| event.emitted)
}

/// Announces new games, as the pipeline does.
async fn announce(kit: &TestKit, board: &str) {
    let config_key = key(&format!("{board}_2p"));
    kit.emit(NewGamesAvailable::new(config_key, 1, "games.jsonl".into(), "games.db".into())).await;
}

#[tokio::test(start_paused = true)]
async fn a_config_goes_from_unknown_over_poor_to_recovered() {
    let site = Site::new();
    let kit = kit(&site).start().await;
    kit.advance(Duration::from_secs(60)).await;
    assert_eq!(emitted(&kit, "QUALITY_SCORE_UPDATED"), 0);
    assert_eq!(detail(&kit, "quality"), json!({}));

    // 0.4 for games that all are of one length and all are new.
    store(&site, "hex5", 0..10, true);
    announce(&kit, "hex5").await;
    let update = kit.expect_event::<QualityScoreUpdated>().await;
    assert_eq!((update.last_quality, update.quality_category), (None, QualityClass::Poor));
    let warning = kit.expect_event::<LowQualityDataWarning>().await;
    assert_eq!((warning.quality_score, warning.threshold), (0.4, 0.6));

    store(&site, "hex5", 10..100, false);
    announce(&kit, "hex5").await;
    let update = kit.expect_event::<QualityScoreUpdated>().await;
    assert_eq!((update.last_quality, update.quality_category), (Some(0.4), QualityClass::Good));
    let recovered = kit.expect_event::<HighQualityDataAvailable>().await;
    assert!((recovered.quality_score - 0.94).abs() < 1e-9, "{recovered:?}");

    kit.advance(Duration::from_secs(3600)).await;
    assert_eq!(emitted(&kit, "QUALITY_SCORE_UPDATED"), 2);
    assert_eq!(emitted(&kit, "LOW_QUALITY_DATA_WARNING"), 1);
    assert_eq!(emitted(&kit, "HIGH_QUALITY_DATA_AVAILABLE"), 1);
    kit.finish().await;
}

#[test]
fn a_score_below_0_6_deserves_a_warning_and_an_hour_has_ten() {
    let expected = QualityConfig { quality_threshold: 0.6, max_alerts_per_hour: 10 };
    assert_eq!(QualityConfig::default(), expected);
}

#[tokio::test(start_paused = true)]
async fn warnings_stop_at_the_limit_and_go_on_in_the_next_hour_or_after_a_training() {
    let site = Site::new();
    let kit = kit(&site).config("[daemons.quality_monitor]\nmax_alerts_per_hour = 2").start().await;
    for board in ["hex4", "hex5", "hex6"] {
        store(&site, board, 0..10, true);
    }
    announce(&kit, "hex4").await;
    while emitted(&kit, "QUALITY_SCORE_UPDATED") < 3 {
        kit.advance(Duration::from_secs(1)).await;
    }
    kit.advance(Duration::from_secs(60)).await;
    assert_eq!(detail(&kit, "alerts_emitted"), 2);
    assert_eq!(detail(&kit, "alerts_suppressed"), 1);
    assert_eq!(emitted(&kit, "LOW_QUALITY_DATA_WARNING"), 2);

    kit.emit(TrainingCompleted { config_key: key("hex4_2p"), model_path: "models/hex4.bin".into() }).await;
    kit.settle().await;
    store(&site, "hex7", 0..10, true);
    announce(&kit, "hex7").await;
    kit.advance(Duration::from_secs(60)).await;
    assert_eq!(emitted(&kit, "LOW_QUALITY_DATA_WARNING"), 3);

    kit.advance(Duration::from_secs(3600)).await;
    for board in ["hex8", "hex9"] {
        store(&site, board, 0..10, true);
    }
    kit.advance(Duration::from_secs(60)).await;
    assert_eq!(emitted(&kit, "LOW_QUALITY_DATA_WARNING"), 5);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_and_another_process_tell_nothing_again_and_go_on_with_the_hour() {
    let site = Site::new();
    store(&site, "hex5", 0..10, true);
    let start = || kit(&site).data_dir(site.folder.root()).config("[daemons.quality_monitor]\nmax_alerts_per_hour = 1");
    let told = |kit: &TestKit| ["QUALITY_SCORE_UPDATED", "LOW_QUALITY_DATA_WARNING"].map(|name| emitted(kit, name));
    let kit = start().start().await;
    kit.advance(Duration::from_secs(60)).await;
    assert_eq!(told(&kit), [1, 1]);
    kit.runtime().restart_daemon(QualityMonitor::TYPE).unwrap();
    kit.advance(Duration::from_secs(60)).await;
    assert_eq!(told(&kit), [1, 1]);
    assert_eq!(detail(&kit, "quality"), json!({"hex5_2p": {"score": 0.4, "told": 0.4}}));
    kit.finish().await;

    let kit = start().start().await;
    kit.advance(Duration::from_secs(60)).await;
    assert_eq!(told(&kit), [0, 0]);
    store(&site, "hex6", 0..10, true);
    kit.advance(Duration::from_secs(60)).await;
    assert_eq!(told(&kit), [1, 0], "the warning of the hour was that of the process before");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_requested_check_is_made_at_once_and_says_when_there_is_nothing_to_judge() {
    let site = Site::new();
    let kit = kit(&site).config("[daemons.quality_monitor.options]\ncycle = \"30days\"").start().await;
    kit.advance(Duration::from_secs(60)).await;
    let request = QualityCheckRequested { config_key: key("hex5_2p"), reason: "a test".into() };
    kit.emit(request.clone()).await;
    let failed = kit.expect_event::<QualityCheckFailed>().await;
    let expected = QualityCheckFailed {
        reason: "there are no games to judge".into(),
        check_type: CheckType::Requested,
        last_quality: None,
        current_state: QualityClass::Unknown,
        config_key: Some(key("hex5_2p")),
    };
    assert_eq!(*failed, expected);

    store(&site, "hex5", 0..10, false);
    kit.emit(request).await;
    let update = kit.expect_event::<QualityScoreUpdated>().await;
    assert_eq!((update.quality_score, update.quality_category), (Some(1.0), QualityClass::Excellent));
    assert_eq!(kit.stats(QualityMonitor::TYPE).cycles, 1);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_database_that_cannot_be_read_is_told_and_counted_and_the_daemon_lives() {
    let site = Site::new();
    store(&site, "hex5", 0..10, false);
    let kit = kit(&site).start().await;
    kit.expect_failures_of(QualityMonitor::TYPE);
    kit.expect_event::<QualityScoreUpdated>().await;
    site.sql("ALTER TABLE games RENAME TO gone");
    let failed = kit.expect_event::<QualityCheckFailed>().await;
    assert_eq!((&*failed.reason, failed.check_type), ("the game database cannot be read", CheckType::Periodic));
    assert!(kit.stats(QualityMonitor::TYPE).cycle_errors > 0);
    assert_eq!(kit.snapshot().daemons.iter().find(|daemon| daemon.name == "quality_monitor").unwrap().restarts, 0);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn health_has_what_the_guide_shows() {
    let site = Site::new();
    store(&site, "hex5", 0..10, true);
    let kit = kit(&site).config("[daemons.quality_monitor]\nquality_threshold = 0.3").start().await;
    kit.advance(Duration::from_secs(61)).await;
    assert_eq!(detail(&kit, "quality_threshold"), 0.3);
    assert_eq!(detail(&kit, "alerts_emitted"), 0);
    assert!(detail(&kit, "checks_performed").as_u64() >= Some(4));
    assert_eq!(detail(&kit, "quality"), json!({"hex5_2p": {"score": 0.4, "told": 0.4}}));
    kit.finish().await;
}
