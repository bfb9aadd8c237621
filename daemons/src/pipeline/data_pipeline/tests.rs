use std::io::Write;
use std::time::Duration;

use ringrift_core::testing::{Fault, FaultAt, KitBuilder, TestKit};
use ringrift_core::{HealthStatus, StateName};
use serde_json::{Value, json};

use super::*;
use crate::site::Site;
use crate::workload::quality::QualityClass;

fn kit(site: &Site) -> KitBuilder {
    site.provide(TestKit::builder().daemon::<DataPipeline>())
}

/// Lines of games, told apart by their number.
fn lines(board: &str, numbers: std::ops::Range<u32>) -> String {
    let line = |number| json!({"board_type": board, "num_players": 2, "winner": 1, "moves": [number]});
    numbers.map(|number| format!("{}\n", line(number))).collect()
}

fn detail(kit: &TestKit, name: &str) -> Value {
    kit.runtime().health(DataPipeline::TYPE).unwrap().report.details[name].clone()
}

/// The games that a process announces in its first minute, by config and file.
async fn announced_by_a_new_process(site: &Site) -> Vec<(String, String, u64)> {
    let kit = kit(site).start().await;
    kit.advance(Duration::from_secs(60)).await;
    let mut announced = BTreeMap::new();
    let events = kit.snapshot().events;
    for _ in 0..events.iter().find(|event| event.name == "NEW_GAMES_AVAILABLE").unwrap().emitted {
        let event = kit.expect_event::<NewGamesAvailable>().await;
        *announced.entry((event.config_key.to_string(), event.source.clone())).or_insert(0) += event.new_games;
    }
    kit.finish().await;
    announced.into_iter().map(|((config_key, source), games)| (config_key, source, games)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_sealed_file_is_announced_per_config_and_its_bad_line_is_in_quarantine() {
    let site = Site::new();
    let content = lines("hex5", 0..3) + "{\"board_type\": \"hex\n" + &lines("hex7", 0..2);
    site.drop_file("a.sealed.jsonl", &content);
    let kit = kit(&site).start().await;
    let announced = [kit.expect_event::<NewGamesAvailable>().await, kit.expect_event::<NewGamesAvailable>().await];
    let expected = [("hex5", 3), ("hex7", 2)].map(|(board, new_games)| NewGamesAvailable {
        config_key: format!("{board}_2p").parse().unwrap(),
        board_type: board.into(),
        num_players: 2,
        new_games,
        source: "a.sealed.jsonl".into(),
        canonical_db: site.folder.database(),
    });
    assert_eq!(announced.each_ref().map(|event| &**event), expected.each_ref());
    assert_eq!(site.games.total().unwrap(), 5);
    let quarantined = site.games.quarantined(9).unwrap();
    let places: Vec<_> = quarantined.iter().map(|bad| (bad.file.ends_with("a.sealed.jsonl"), bad.line)).collect();
    assert_eq!(places, [(true, 4)]);
    kit.advance(Duration::from_secs(61)).await;
    let taken_in = json!({"files": 1, "games": 5, "duplicates": 0, "quarantined": 1, "quality": {}});
    assert_eq!(detail(&kit, "taken_in"), taken_in);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_file_of_a_stranger_waits_until_it_has_not_changed_for_two_seconds() {
    let site = Site::new();
    let kit = kit(&site).config("[daemons.data_pipeline.options]\ncycle = \"500ms\"").start().await;
    let path = site.drop_file("growing.jsonl", &lines("hex5", 0..1));
    for number in 1..6 {
        kit.advance(Duration::from_millis(1500)).await;
        let mut file = fs::File::options().append(true).open(&path).unwrap();
        file.write_all(lines("hex5", number..number + 1).as_bytes()).unwrap();
        assert_eq!(site.games.total().unwrap(), 0, "after {number} changes");
    }
    assert_eq!(kit.expect_event::<NewGamesAvailable>().await.new_games, 6);
    assert!(!path.exists());
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_taken_in_is_named_and_the_others_do_not_wait_for_it() {
    let site = Site::new();
    let stuck = site.drop_file("a.sealed.jsonl", &lines("hex5", 0..3));
    // Nothing can be moved into a folder that is a file.
    let in_the_way = site.drop_file("done", "");
    let kit = kit(&site).start().await;
    kit.advance(Duration::from_secs(61)).await;
    let health = kit.runtime().health(DataPipeline::TYPE).unwrap().report;
    assert_eq!(
        (health.status, &*health.message),
        (HealthStatus::Degraded, "files of the inbox that cannot be taken in: 1")
    );
    let reason = health.details["stuck"][stuck.to_str().unwrap()].as_str().unwrap();
    assert!(reason.contains("is stored and cannot be moved away: "), "{reason}");
    assert_eq!(kit.stats(DataPipeline::TYPE).cycle_errors, 0);

    fs::remove_file(in_the_way).unwrap();
    assert_eq!(kit.expect_event::<NewGamesAvailable>().await.new_games, 3);
    kit.advance(Duration::from_secs(61)).await;
    assert_eq!(detail(&kit, "stuck"), json!({}));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn self_play_is_taken_in_without_waiting_for_the_next_cycle() {
    let site = Site::new();
    let kit = kit(&site).config("[daemons.data_pipeline.options]\ncycle = \"30days\"").start().await;
    while kit.stats(DataPipeline::TYPE).cycles == 0 {
        kit.advance(Duration::from_millis(1)).await;
    }
    let path = site.drop_file("a.sealed.jsonl", &lines("hex5", 0..3));
    let config_key: ConfigKey = "hex5_2p".parse().unwrap();
    kit.emit(SelfplayComplete { config_key, games_generated: 3, duration_seconds: 1.0, path }).await;
    assert_eq!(kit.expect_event::<NewGamesAvailable>().await.new_games, 3);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_process_stored_and_did_not_live_to_announce_is_announced_once_by_the_next() {
    let site = Site::new();
    // It died after the file was moved away, and in the middle of another one, which has changed since.
    site.ingest(&site.drop_file("a.jsonl", &lines("hex5", 0..3)));
    let cut_off = site.drop_file("b.sealed.jsonl", &lines("hex7", 0..400));
    let asked = std::cell::Cell::new(0);
    ingest_file(&site.games, &cut_off, &|| asked.replace(asked.get() + 1) == 1).unwrap_err();
    site.drop_file("b.sealed.jsonl", &lines("hex7", 0..500));
    let expected = [("hex5_2p".into(), "a.jsonl".into(), 3), ("hex7_2p".into(), "b.sealed.jsonl".into(), 500)];
    assert_eq!(announced_by_a_new_process(&site).await, expected);
    assert_eq!(announced_by_a_new_process(&site).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_cannot_be_written_is_an_error_and_the_next_cycle_stores_the_games() {
    let site = Site::new();
    site.sql("CREATE TRIGGER fault BEFORE INSERT ON games BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END");
    let path = site.drop_file("a.sealed.jsonl", &lines("hex5", 0..3));
    let kit = kit(&site).start().await;
    kit.expect_failures_of(DataPipeline::TYPE);
    while kit.stats(DataPipeline::TYPE).cycle_errors < 3 {
        kit.advance(Duration::from_secs(1)).await;
    }
    let error = kit.stats(DataPipeline::TYPE).last_errors.pop().unwrap();
    assert!(error.message.starts_with("the game database cannot be written: the disk is gone"), "{error:?}");
    assert!(path.exists());
    site.sql("DROP TRIGGER fault");
    assert_eq!(kit.expect_event::<NewGamesAvailable>().await.new_games, 3);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_cycle_costs_no_game() {
    let site = Site::new();
    let kit = kit(&site).start().await;
    kit.fault(DataPipeline::TYPE, FaultAt::Cycle, Fault::Panic, 2);
    site.drop_file("a.sealed.jsonl", &lines("hex5", 0..3));
    kit.wait_for(DataPipeline::TYPE, StateName::Backoff).await;
    assert_eq!(kit.expect_event::<NewGamesAvailable>().await.new_games, 3);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_quality_of_a_config_is_known_until_it_cannot_be_checked() {
    let site = Site::new();
    let kit = kit(&site).start().await;
    let config_key: ConfigKey = "hex5_2p".parse().unwrap();
    let update = |quality_score| QualityScoreUpdated {
        config_key: config_key.clone(),
        quality_score,
        quality_category: QualityClass::of(quality_score),
        last_quality: None,
    };
    let quality = || kit.get::<DataPipeline>().progress().quality.clone();
    kit.emit(update(Some(0.7))).await;
    kit.settle().await;
    assert_eq!(quality(), BTreeMap::from([(config_key.clone(), 0.7)]));
    kit.emit(update(None)).await;
    kit.settle().await;
    assert_eq!(quality(), BTreeMap::new());
    kit.emit(update(Some(0.7))).await;
    let failed = QualityCheckFailed {
        reason: "the disk is gone".into(),
        check_type: crate::events::quality::CheckType::Periodic,
        last_quality: None,
        current_state: QualityClass::Unknown,
        config_key: None,
    };
    kit.emit(failed).await;
    kit.settle().await;
    assert_eq!(quality(), BTreeMap::new());
    kit.finish().await;
}
