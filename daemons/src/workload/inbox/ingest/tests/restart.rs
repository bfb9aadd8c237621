//! Cut off anywhere and started again, each game is stored once and everything is reported.

use std::cell::Cell;
use std::fs::OpenOptions;
use std::io::Write;

use super::*;

#[test]
fn a_stop_after_any_batch_and_a_new_start_give_each_game_once() {
    for batches in 0..3 {
        let mut site = Site::new();
        let path = site.drop_file("a.jsonl", lines(600) + "no game\n" + &line(0));
        let asked = Cell::new(0);
        let stop_after = || asked.replace(asked.get() + 1) == batches;
        let stopped = ingest_file(&site.db, &path, &stop_after).unwrap_err();
        let lines_done = u64::try_from((batches * BATCH_LINES).min(602)).unwrap();
        let expected = format!("game file `{}` was stopped after {lines_done} lines", path.display());
        assert_eq!(stopped.to_string(), expected);
        assert!(path.exists());

        site.restart();
        let report = site.ingest(&path);
        assert_eq!((report.stored_per_config, report.duplicates), (per_config(600), 1));
        assert_eq!(report.quarantined[0].line, 601);
        assert_eq!(site.stored_numbers(), (0..600).collect::<Vec<i64>>());
        let facts = site.db.quality_facts(&hex5()).unwrap();
        assert_eq!((facts.offered, facts.duplicates), (601, 1));
    }
}

#[test]
fn a_failure_at_any_game_of_a_transaction_and_a_new_start_give_each_game_once() {
    for failing in [0, 1, 100, 255, 256, 257, 511, 512, 599] {
        let mut site = Site::new();
        let path = site.drop_file("a.jsonl", lines(600));
        site.sql(&format!(
            "CREATE TRIGGER fault BEFORE INSERT ON games
             WHEN NEW.json ->> '$.moves[0]' = {failing}
             BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END"
        ));
        let error = ingest_file(&site.db, &path, &|| false).unwrap_err();
        let reason = with_causes(&error);
        let expected = "the game database cannot be written: the disk is gone";
        assert!(reason.starts_with(expected), "{reason}");
        // What is there is whole transactions, and nothing of the one that failed.
        let whole = failing / BATCH_LINES * BATCH_LINES;
        assert_eq!(site.db.total().unwrap(), whole as u64);

        site.sql("DROP TRIGGER fault");
        site.restart();
        let report = site.ingest(&path);
        assert_eq!((report.stored_per_config, report.duplicates), (per_config(600), 0));
        assert_eq!(site.stored_numbers(), (0..600).collect::<Vec<i64>>());
    }
}

#[test]
fn a_file_that_cannot_be_moved_is_reported_whole_once_it_can() {
    let mut site = Site::new();
    let path = site.drop_file("a.jsonl", lines(3));
    let in_the_way = site.drop_file("done", "a file, not a folder");
    let error = ingest_file(&site.db, &path, &|| false).unwrap_err();
    assert!(matches!(error, IngestError::Archive { .. }), "{error}");
    assert_eq!(site.db.total().unwrap(), 3);

    fs::remove_file(in_the_way).unwrap();
    site.restart();
    let report = site.ingest(&path);
    assert_eq!((report.stored_per_config, report.duplicates), (per_config(3), 0));
    assert_eq!(site.db.quality_facts(&hex5()).unwrap().offered, 3);
}

#[test]
fn a_file_that_grows_while_it_is_read_stays_until_it_is_read_whole() {
    let site = Site::new();
    let path = site.drop_file("a.jsonl", lines(2));
    let append = || {
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        writeln!(file, "{}", line(2)).unwrap();
        false
    };
    let error = ingest_file(&site.db, &path, &append).unwrap_err();
    assert!(matches!(error, IngestError::Changed { .. }), "{error}");
    site.ingest(&path);
    assert_eq!(site.stored_numbers(), [0, 1, 2]);
}

#[test]
fn a_file_that_cannot_be_marked_as_finished_is_reported_all_the_same() {
    let site = Site::new();
    site.sql(
        "CREATE TRIGGER fault BEFORE UPDATE OF finished ON files
         BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END",
    );
    let report = site.ingest(&site.drop_file("a.jsonl", lines(3)));
    assert_eq!(report.stored_per_config, per_config(3));
    site.sql("DROP TRIGGER fault");
    let again = site.ingest(&site.drop_file("a.jsonl", lines(3)));
    assert_eq!((again.stored_per_config, again.duplicates), (per_config(3), 0));
    assert_eq!(site.stored_numbers(), [0, 1, 2]);
}
