//! The pipeline is killed while it stores, over and over: each game is there exactly once.

use std::{collections::BTreeSet, fmt::Write};

use ringrift_core::{
    StateName,
    testing::{Fault, FaultAt, TestKit},
};
use ringrift_daemons::{events::games::NewGamesAvailable, pipeline::data_pipeline::DataPipeline};

use super::site::Site;

const FILES: u64 = 4;
const GAMES_PER_FILE: u64 = 1500;
const GAMES: u64 = FILES * GAMES_PER_FILE;

/// Games told apart by their number, which is their only move.
fn drop_games(site: &Site) {
    for file in 0..FILES {
        let mut lines = String::new();
        for number in file * GAMES_PER_FILE..(file + 1) * GAMES_PER_FILE {
            writeln!(lines, r#"{{"board_type":"hex5","num_players":2,"winner":1,"moves":[{number}]}}"#).unwrap();
        }
        // A crash of the writer in the middle of the file's last line.
        lines.push_str(r#"{"board_type":"hex"#);
        site.drop_file(&format!("{file}.sealed.jsonl"), lines);
    }
}

fn stored_numbers(site: &Site) -> Vec<u64> {
    let connection = rusqlite::Connection::open(site.folder.database()).unwrap();
    let mut numbers = connection.prepare("SELECT json ->> '$.moves[0]' FROM games").unwrap();
    let rows = numbers.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    rows.map(|number| number.unwrap().cast_unsigned()).collect()
}

/// Kills the daemon as soon as so many games are stored; tells how many there were then.
async fn kill_at(kit: &TestKit, site: &Site, games: u64) -> u64 {
    kit.wait_for(DataPipeline::TYPE, StateName::Running).await;
    let mut total = site.games.total().unwrap();
    while total < games {
        tokio::task::yield_now().await;
        total = site.games.total().unwrap();
    }
    kit.kill(DataPipeline::TYPE);
    kit.wait_for(DataPipeline::TYPE, StateName::Backoff).await;
    total
}

#[tokio::test(start_paused = true)]
async fn each_game_is_stored_and_announced_exactly_once_however_often_the_pipeline_dies() {
    let site = Site::new();
    drop_games(&site);
    let kit = site.provide(TestKit::builder().daemon::<DataPipeline>());
    let kit = kit.config("[daemons.data_pipeline.options]\nmax_restarts = 20").start().await;
    let mut deaths = Vec::new();
    for games in [1, 1000, 2000, 3001] {
        deaths.push(kill_at(&kit, &site, games).await);
    }
    assert!(deaths.iter().any(|stored| stored % GAMES_PER_FILE != 0), "never in the middle of a file: {deaths:?}");
    kit.fault(DataPipeline::TYPE, FaultAt::Cycle, Fault::Panic, 2);
    site.until_taken_in(&kit).await;

    let numbers = stored_numbers(&site);
    assert_eq!(numbers.len() as u64, GAMES);
    assert_eq!(numbers.into_iter().collect::<BTreeSet<_>>(), (0..GAMES).collect());
    assert_eq!(site.games.quarantined_total().unwrap(), FILES);
    let mut announced = 0;
    for _ in 0..FILES {
        announced += kit.expect_event::<NewGamesAvailable>().await.new_games;
    }
    assert_eq!(announced, GAMES);
    let events = kit.snapshot().events;
    assert_eq!(events.iter().find(|event| event.name == "NEW_GAMES_AVAILABLE").unwrap().emitted, FILES);
    kit.finish().await;
}
