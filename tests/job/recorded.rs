//! What the daemons make of RingRift's recorded games, two lines of which a crashed writer cut off.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use ringrift_core::testing::TestKit;
use ringrift_daemons::{
    events::games::NewGamesAvailable, health::quality_monitor::QualityMonitor, pipeline::data_pipeline::DataPipeline,
    workload::quality::GOOD,
};

use super::site::{Site, key};

/// The recorded data, if it is here: it is not part of the repository.
fn recorded() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = env::var_os("RINGRIFT_SHARED_DATA").map_or(beside, PathBuf::from);
    let is_there = folder.is_dir();
    if !is_there {
        // Not `eprintln!`, whose text a passing test keeps to itself.
        let mut stderr = io::stderr();
        writeln!(stderr, "skipped: no recorded data in `{}`", folder.display()).unwrap();
    }
    is_there.then_some(folder)
}

fn drop_recorded(site: &Site, recorded: &Path) {
    for name in ["games_square8_2p.jsonl", "games_square19_truncated.jsonl"] {
        site.drop_file(name, fs::read(recorded.join(name)).unwrap());
    }
}

/// The configs whose games the quality monitor finds good, once it says how it is.
async fn judged_until_healthy(kit: &TestKit) -> Vec<String> {
    kit.advance(Duration::from_secs(61)).await;
    let health = kit.runtime().health(QualityMonitor::TYPE).unwrap().report;
    let quality = health.details["quality"].as_object().unwrap();
    let is_good = |judged: &serde_json::Value| judged["score"].as_f64() >= Some(GOOD);
    quality.iter().filter(|(_, judged)| is_good(judged)).map(|(key, _)| key.clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn recorded_games_are_announced_stored_judged_and_stored_only_once() {
    let Some(recorded) = recorded() else { return };
    let site = Site::new();
    let kit = site.provide(TestKit::builder().daemon::<DataPipeline>().daemon::<QualityMonitor>()).start().await;
    drop_recorded(&site, &recorded);
    let mut announced = BTreeMap::new();
    for _ in 0..3 {
        let event = kit.expect_event::<NewGamesAvailable>().await;
        announced.insert(event.config_key.to_string(), event.new_games);
    }
    let expected = [("square19_2p", 15), ("square19_3p", 7), ("square8_2p", 100)];
    assert_eq!(announced, expected.map(|(key, games)| (key.to_owned(), games)).into());
    site.until_taken_in(&kit).await;
    assert_eq!(site.games.total().unwrap(), 122);
    let quarantined = site.games.quarantined(9).unwrap();
    let cut: Vec<_> = quarantined.iter().map(|line| (line.file.ends_with("truncated.jsonl"), line.line)).collect();
    assert_eq!(cut, [(true, 9), (true, 1)]);

    assert_eq!(judged_until_healthy(&kit).await, ["square19_2p", "square19_3p", "square8_2p"]);

    drop_recorded(&site, &recorded);
    site.until_taken_in(&kit).await;
    assert_eq!(site.games.total().unwrap(), 122);
    assert_eq!(site.games.quarantined_total().unwrap(), 2);
    let facts = site.games.quality_facts(&key("square8_2p")).unwrap();
    assert_eq!((facts.offered, facts.duplicates), (200, 100));
    let events = kit.snapshot().events;
    let new_games = events.iter().find(|event| event.name == "NEW_GAMES_AVAILABLE").unwrap();
    assert_eq!(new_games.emitted, 3);
    kit.finish().await;
}
