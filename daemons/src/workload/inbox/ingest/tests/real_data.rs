//! What the inbox makes of RingRift's recorded games, two lines of which a crashed writer cut off.

use std::env;
use std::io::Write;

use super::*;
use crate::workload::quality::{QualityClass, score};

/// The recorded data, if it is here: it is not part of the repository.
fn recorded() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = env::var_os("RINGRIFT_SHARED_DATA").map_or(beside, PathBuf::from);
    let is_there = folder.is_dir();
    if !is_there {
        // Not `println!`, whose text a passing test keeps to itself.
        writeln!(io::stderr(), "skipped: no recorded data in `{}`", folder.display()).unwrap();
    }
    is_there.then_some(folder)
}

/// Drops both recorded files and takes them in.
fn drop_recorded(site: &Site, recorded: &Path) -> [IngestReport; 2] {
    ["games_square8_2p.jsonl", "games_square19_truncated.jsonl"].map(|name| {
        let content = fs::read(recorded.join(name)).unwrap();
        site.ingest(&site.drop_file(name, content))
    })
}

fn counts(counts: &[(&str, u64)]) -> BTreeMap<ConfigKey, u64> {
    let parse = |(key, games): &(&str, u64)| (key.parse().unwrap(), *games);
    counts.iter().map(parse).collect()
}

#[test]
fn all_recorded_games_are_stored_and_the_two_cut_lines_are_in_quarantine() {
    let Some(recorded) = recorded() else { return };
    let site = Site::new();
    let [square8, square19] = drop_recorded(&site, &recorded);
    assert_eq!(square8.stored_per_config, counts(&[("square8_2p", 100)]));
    assert_eq!(square8.quarantined, []);
    let expected = counts(&[("square19_2p", 15), ("square19_3p", 7)]);
    assert_eq!(square19.stored_per_config, expected);
    let cut: Vec<_> = square19.quarantined.iter().map(|cut| (cut.line, &*cut.reason)).collect();
    let expected = [
        (1, "the line is not a game record: expected `:` at line 1 column 51605"),
        (9, "the line is not a game record: missing field `board_type` at line 1 column 87"),
    ];
    assert_eq!(cut, expected);
    assert_eq!((square8.duplicates, square19.duplicates), (0, 0));
    assert_eq!(site.db.total().unwrap(), 122);
    assert_eq!(site.db.quarantined_total().unwrap(), 2);
}

#[test]
fn a_second_drop_of_the_recorded_games_adds_nothing() {
    let Some(recorded) = recorded() else { return };
    let site = Site::new();
    drop_recorded(&site, &recorded);
    let [square8, square19] = drop_recorded(&site, &recorded);
    for (report, games, cut) in [(square8, 100, 0), (square19, 22, 2)] {
        assert_eq!(report.stored_per_config, BTreeMap::new());
        assert_eq!((report.duplicates, report.quarantined_again), (games, cut));
    }
    assert_eq!(site.db.total().unwrap(), 122);
    assert_eq!(site.db.quarantined_total().unwrap(), 2);
}

#[test]
fn the_recorded_games_are_excellent_until_they_are_offered_again() {
    let Some(recorded) = recorded() else { return };
    let site = Site::new();
    drop_recorded(&site, &recorded);
    let key = "square8_2p".parse().unwrap();
    let facts = site.db.quality_facts(&key).unwrap();
    assert_eq!((facts.games, facts.complete, facts.decided), (100, 100, 100));
    let moves: u64 = facts.lengths.iter().map(|(length, games)| length * games).sum();
    assert_eq!(moves, 11_167);
    assert_eq!(QualityClass::of(score(&facts)), QualityClass::Excellent);
    drop_recorded(&site, &recorded);
    let again = score(&site.db.quality_facts(&key).unwrap());
    assert_eq!(QualityClass::of(again), QualityClass::Good);
}
