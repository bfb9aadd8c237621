use std::fs;

use super::*;
use crate::workload::config_key::ConfigKey;

mod real_data;
mod restart;

/// An inbox and a database.
struct Site {
    folder: tempfile::TempDir,
    db: GameDb,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inbox")).unwrap();
        let db = GameDb::open(&folder.path().join("games.db")).unwrap();
        Self { folder, db }
    }

    /// Opens the database again, as a program does that was started again.
    fn restart(&mut self) {
        self.db = GameDb::open(&self.folder.path().join("games.db")).unwrap();
    }

    fn drop_file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("inbox").join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn ingest(&self, path: &Path) -> IngestReport {
        let report = ingest_file(&self.db, path, &|| false).unwrap();
        assert!(!path.exists() && report.moved_to.exists());
        let stored: u64 = report.stored_per_config.values().sum();
        let bad = report.quarantined_total + report.quarantined_again;
        assert_eq!(report.lines, stored + report.duplicates + bad + report.blank);
        report
    }

    /// Runs SQL on the database from outside.
    fn sql(&self, statements: &str) {
        let connection = rusqlite::Connection::open(self.folder.path().join("games.db")).unwrap();
        connection.execute_batch(statements).unwrap();
    }

    /// The numbers of the stored games, in order, each as often as it is stored.
    fn stored_numbers(&self) -> Vec<i64> {
        let connection = rusqlite::Connection::open(self.folder.path().join("games.db")).unwrap();
        let mut numbers =
            connection.prepare("SELECT json ->> '$.moves[0]' AS number FROM games ORDER BY number").unwrap();
        let rows = numbers.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

/// A line with a game like no other.
fn line(number: usize) -> String {
    format!(
        r#"{{"board_type":"hex5","num_players":2,"winner":1,"status":"completed","move_count":1,"moves":[{number}]}}"#
    )
}

fn lines(count: usize) -> String {
    (0..count).map(|number| line(number) + "\n").collect()
}

fn hex5() -> ConfigKey {
    "hex5_2p".parse().unwrap()
}

fn per_config(games: u64) -> BTreeMap<ConfigKey, u64> {
    BTreeMap::from([(hex5(), games)])
}

#[test]
fn the_games_of_a_file_are_counted_by_config_and_the_file_leaves_the_inbox() {
    let site = Site::new();
    let other = line(0).replace("hex5", "hex7");
    let path = site.drop_file("a.jsonl", format!("{}{other}", lines(3)));
    let report = site.ingest(&path);
    let counts = BTreeMap::from([(hex5(), 3), ("hex7_2p".parse().unwrap(), 1)]);
    assert_eq!(report.stored_per_config, counts);
    assert_eq!(report.moved_to, path.with_file_name("done").join("a.jsonl"));
    assert_eq!(site.db.games_per_config().unwrap(), counts);
    assert_eq!(site.db.total().unwrap(), 4);
}

#[test]
fn bad_lines_are_kept_with_file_line_and_reason_and_stop_nothing() {
    let site = Site::new();
    let cut = line(7);
    let bad: [&[u8]; 4] = [b"{\"board_type\":\xff}", &cut.as_bytes()[..40], b"{}", b"[1, 2]"];
    let mut content = line(0).into_bytes();
    for raw in bad {
        content.extend([b"\n", raw].concat());
    }
    content.extend(format!("\n{}\n\n  \r\n{}\n", line(0).replace("[0]", "[]"), line(1)).bytes());
    let path = site.drop_file("a.jsonl", &content);

    let report = site.ingest(&path);

    assert_eq!(report.stored_per_config, per_config(2));
    assert_eq!((report.lines, report.blank, report.quarantined_total), (9, 2, 5));
    let expected = [
        (2, "the line is not UTF-8: invalid utf-8 sequence of 1 bytes from index 14"),
        (3, "the line is not a game record: EOF while parsing a string at line 1 column 40"),
        (4, "the line is not a game record: missing field `board_type` at line 1 column 2"),
        (5, "the line is not a game record: invalid type: sequence, expected a JSON object at line 1 column 0"),
        (6, "the game is not sound: `moves` is empty; `move_count` is 1, and `moves` has 0"),
    ];
    for (kept, (line, reason)) in report.quarantined.iter().zip(expected) {
        let file = path.to_string_lossy();
        assert_eq!((&*kept.file, kept.line, &*kept.reason), (&*file, line, reason));
    }
    for (kept, raw) in report.quarantined.iter().zip(bad) {
        assert_eq!(site.db.quarantined_raw(kept.id).unwrap().unwrap(), raw);
    }
    let newest = site.db.quarantined(2).unwrap();
    assert_eq!(newest.iter().map(|kept| kept.line).collect::<Vec<_>>(), [6, 5]);
}

#[test]
fn a_line_that_is_too_long_is_kept_by_its_start_and_stops_nothing() {
    let site = Site::new();
    let long = line(9).replace("[9]", &format!("[\"{}\"]", "x".repeat(LINE_LIMIT)));
    let path = site.drop_file("a.jsonl", format!("{}{long}\n{}", lines(1), line(1)));
    let report = site.ingest(&path);
    assert_eq!(report.stored_per_config, per_config(2));
    assert_eq!(report.quarantined[0].line, 2);
    assert_eq!(report.quarantined[0].reason, "the line is longer than 16777216 bytes");
    let start = site.db.quarantined_raw(report.quarantined[0].id).unwrap().unwrap();
    assert!(long.as_bytes().starts_with(&start) && start.len() > 1000);
}

#[test]
fn a_second_drop_of_the_same_file_adds_nothing_under_either_name() {
    let site = Site::new();
    let content = format!("{}no game\n", lines(5));
    site.ingest(&site.drop_file("a.jsonl", &content));
    for name in ["a.jsonl", "b.jsonl"] {
        let report = site.ingest(&site.drop_file(name, &content));
        assert_eq!(report.stored_per_config, BTreeMap::new());
        assert_eq!((report.duplicates, report.quarantined_total), (5, 0));
        assert_eq!(report.quarantined_again, 1);
    }
    assert_eq!(site.db.total().unwrap(), 5);
    assert_eq!(site.db.quarantined_total().unwrap(), 1);
    let facts = site.db.quality_facts(&hex5()).unwrap();
    assert_eq!((facts.offered, facts.duplicates), (15, 10));
}

#[test]
fn the_same_game_twice_in_one_file_is_stored_once() {
    let site = Site::new();
    let report = site.ingest(&site.drop_file("a.jsonl", lines(2) + &lines(3)));
    assert_eq!((report.stored_per_config, report.duplicates), (per_config(3), 2));
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_left_where_it_is() {
    let site = Site::new();
    let folder = site.folder.path().join("inbox").join("folder.jsonl");
    fs::create_dir(&folder).unwrap();
    let missing = folder.with_file_name("missing.jsonl");
    for path in [&folder, &missing] {
        let error = ingest_file(&site.db, path, &|| false).unwrap_err();
        let expected = format!("game file `{}` cannot be read", path.display());
        assert_eq!(error.to_string(), expected);
    }
    assert!(folder.exists());
}

#[test]
fn a_transaction_is_bounded_by_lines_and_by_bytes() {
    let batch_sizes = |content: &str| {
        let mut lines = Lines::new(content.as_bytes(), LINE_LIMIT);
        let batch = || Some(next_batch(&mut lines).unwrap().len()).filter(|&size| size > 0);
        std::iter::from_fn(batch).collect::<Vec<_>>()
    };
    assert_eq!(batch_sizes(&"x\n".repeat(600)), [256, 256, 88]);
    let long = "x".repeat(5 * 1024 * 1024) + "\n";
    assert_eq!(batch_sizes(&long.repeat(3)), [2, 1]);
}
