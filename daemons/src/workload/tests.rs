//! The life of a game, from the first move to the score of its config.

use std::num::NonZeroU32;

use tokio::time::Instant;

use super::config_key::ConfigKey;
use super::game::batch::write_batch;
use super::game::checked::Game;
use super::games::GameDb;
use super::hex::selfplay::Selfplay;
use super::inbox::ingest::ingest_file;
use super::inbox::watch::{Watch, list};
use super::priority::next_config;
use super::quality::{QualityClass, score};

#[test]
fn played_games_are_handed_over_stored_and_scored_and_the_other_config_is_next() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = folder.path().join("inbox");
    std::fs::create_dir(&inbox).unwrap();
    let db = GameDb::open(&folder.path().join("games.db")).unwrap();
    let configured = ["hex3_2p", "hex4_2p"].map(|key| key.parse::<ConfigKey>().unwrap());
    let key = next_config(&configured, &db.games_per_config().unwrap()).unwrap();
    assert_eq!(key, &configured[0]);

    let play = |seed| Selfplay { size: key.hex_size().unwrap(), playouts: NonZeroU32::new(20).unwrap(), seed };
    let mut games: Vec<_> = (0..40).map(|seed| play(seed).play(&|| false).unwrap()).collect();
    // Seeds may play the same game on so small a board.
    games.sort_by_key(Game::content_key);
    games.dedup_by_key(|game| game.content_key());
    let path = write_batch(&inbox, &games).unwrap();
    let complete = Watch::default().look(&list(&inbox).unwrap().files, Instant::now());
    assert_eq!(complete, std::slice::from_ref(&path));
    let report = ingest_file(&db, &path, &|| false).unwrap();

    let count = games.len() as u64;
    assert!(count > 1);
    assert_eq!(report.stored_per_config[key], count);
    assert_eq!((report.duplicates, report.quarantined_total), (0, 0));
    let facts = db.quality_facts(key).unwrap();
    assert_eq!(QualityClass::of(score(&facts)), QualityClass::Excellent);
    let next = next_config(&configured, &db.games_per_config().unwrap());
    assert_eq!(next, Some(&configured[1]));
}
