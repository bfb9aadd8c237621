use std::num::NonZeroU32;

use super::*;
use crate::site::Site;
use crate::workload::game::batch::write_batch;
use crate::workload::hex::selfplay::Selfplay;

fn counts(demand: &Demand) -> Vec<(String, u64)> {
    demand.games().iter().map(|(key, games)| (key.to_string(), *games)).collect()
}

fn refresh(demand: &mut Demand, site: &Site) {
    let answer = demand.ask().answer(&site.games);
    demand.take_in(answer).unwrap();
}

/// Puts a batch of games into the inbox.
fn write(site: &Site, size: u64, seeds: std::ops::Range<u64>) -> PathBuf {
    let (size, playouts) = (HexConfig::of_size(size).size(), NonZeroU32::new(5).unwrap());
    let play = |seed| Selfplay { size, playouts, seed }.play(&|| false).unwrap();
    write_batch(&site.folder.inbox(), &seeds.map(play).collect::<Vec<_>>()).unwrap()
}

#[test]
fn a_game_counts_in_the_inbox_and_then_in_the_database() {
    let site = Site::new();
    let batch = write(&site, 5, 0..3);
    site.drop_file("strange.jsonl", "{}\n{}\n");
    let mut demand = Demand { waiting: batches_in(&site.folder.inbox()).unwrap(), ..Demand::default() };
    refresh(&mut demand, &site);
    assert_eq!(counts(&demand), [("hex5_2p".to_owned(), 3)]);
    site.ingest(&batch);
    refresh(&mut demand, &site);
    assert_eq!(counts(&demand), [("hex5_2p".to_owned(), 3)]);
    assert_eq!(demand.waiting, []);
}

#[test]
fn the_database_is_counted_when_it_has_changed_also_while_it_is_counted() {
    let site = Site::new();
    let mut demand = Demand::default();
    refresh(&mut demand, &site);
    site.ingest(&write(&site, 4, 0..1));
    refresh(&mut demand, &site);
    assert_eq!(counts(&demand), []);
    demand.forget_counts();
    let answer = demand.ask().answer(&site.games);
    site.ingest(&write(&site, 5, 0..1));
    demand.forget_counts();
    demand.take_in(answer).unwrap();
    assert_eq!(counts(&demand), [("hex4_2p".to_owned(), 1)]);
    refresh(&mut demand, &site);
    assert_eq!(counts(&demand), [("hex4_2p".to_owned(), 1), ("hex5_2p".to_owned(), 1)]);
}

#[test]
fn a_count_that_failed_is_made_again() {
    let site = Site::new();
    site.ingest(&write(&site, 4, 0..1));
    let mut demand = Demand::default();
    site.sql("ALTER TABLE games RENAME TO gone");
    let answer = demand.ask().answer(&site.games);
    assert!(demand.take_in(answer).is_err());
    site.sql("ALTER TABLE gone RENAME TO games");
    refresh(&mut demand, &site);
    assert_eq!(counts(&demand), [("hex4_2p".to_owned(), 1)]);
}

#[test]
fn the_config_with_the_least_is_next_until_all_have_enough() {
    let configs = [5, 7].map(HexConfig::of_size);
    let keys = configs.each_ref().map(|config| config.key().clone());
    let next = |demand: &Demand, target| demand.next(&configs, target).map(|config| config.key().to_string());
    let of = |games: [u64; 2]| Demand { stored: keys.iter().cloned().zip(games).collect(), ..Demand::default() };
    let cases =
        [([0, 0], Some("hex5_2p")), ([9, 8], Some("hex7_2p")), ([200, 99], Some("hex7_2p")), ([100, 100], None)];
    for (games, expected) in cases {
        assert_eq!(next(&of(games), 100).as_deref(), expected, "{games:?}");
    }
    assert_eq!(next(&Demand::default(), 0), None);
    let mut waiting = of([5, 8]);
    waiting.add_waiting(Waiting { path: "a".into(), config_key: keys[0].clone(), games: 4 });
    assert_eq!(next(&waiting, 100).as_deref(), Some("hex7_2p"));
}

#[test]
fn bad_games_count_for_their_score_until_they_are_good() {
    let key = HexConfig::of_size(5).key().clone();
    let mut demand = Demand { stored: BTreeMap::from([(key.clone(), 10)]), ..Demand::default() };
    demand.add_waiting(Waiting { path: "a".into(), config_key: key.clone(), games: 1 });
    demand.discount(key.clone(), 0.4);
    assert_eq!(demand.games()[&key], 5);
    demand.count_in_full(&key);
    assert_eq!(demand.games()[&key], 11);
}
