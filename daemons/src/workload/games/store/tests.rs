use std::env;
use std::path::Path;
use std::process::{Command, Stdio, abort};

use super::*;

/// Where the process that is to die finds the database.
const DOOMED: &str = "RINGRIFT_TEST_DOOMED_DB";

fn game(number: usize) -> OfferedLine {
    let line = format!(r#"{{"board_type":"hex5","num_players":2,"winner":1,"moves":[{number}]}}"#);
    OfferedLine::Game(Box::new(Game::from_line(line.as_bytes()).unwrap()))
}

fn batch(from: usize, to: usize) -> Vec<OfferedLine> {
    (from..to).map(game).collect()
}

fn begin(db: &GameDb) -> FileProgress {
    db.begin_file(Path::new("a.jsonl"), [7; 32]).unwrap()
}

#[test]
fn the_same_lines_from_two_at_once_are_stored_by_one_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let db = GameDb::open(&folder.path().join("games.db")).unwrap();
    let other = GameDb::open(&folder.path().join("games.db")).unwrap();
    let (file, same_file) = (begin(&db), begin(&other));
    assert_eq!(file, same_file);
    db.store_lines(&file, &batch(0, 3)).unwrap();
    let late = other.store_lines(&same_file, &batch(0, 3)).unwrap_err();
    assert_eq!(late.to_string(), "file `a.jsonl` is being stored by somebody else");
    let facts = db.quality_facts(&"hex5_2p".parse().unwrap()).unwrap();
    assert_eq!((facts.games, facts.offered), (3, 3));
}

#[test]
fn a_file_that_is_finished_begins_anew_and_one_that_is_not_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let db = GameDb::open(&folder.path().join("games.db")).unwrap();
    let begun = begin(&db);
    let file = db.store_lines(&begun, &batch(0, 3)).unwrap();
    assert_eq!(begin(&db), file);
    assert!(db.finish_file(&begun).is_err(), "a file is finished from its last line only");
    db.finish_file(&file).unwrap();
    assert!(db.finish_file(&file).is_err(), "a file is finished once");
    assert!(db.store_lines(&file, &batch(3, 4)).is_err(), "a finished file has no more lines");
    assert_eq!(begin(&db).lines_done, 0);
}

#[test]
fn clones_of_the_handle_store_from_many_threads() {
    let folder = tempfile::tempdir().unwrap();
    let db = GameDb::open(&folder.path().join("games.db")).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let db = db.clone();
            scope.spawn(move || {
                let path = format!("{thread}.jsonl");
                let file = db.begin_file(Path::new(&path), [thread; 32]).unwrap();
                // Every thread shares half of its games with the next one.
                let from = usize::from(thread) * 10;
                db.store_lines(&file, &batch(from, from + 20)).unwrap();
            });
        }
    });
    let facts = db.quality_facts(&"hex5_2p".parse().unwrap()).unwrap();
    assert_eq!((facts.games, facts.offered, facts.duplicates), (50, 80, 30));
}

#[test]
fn a_process_that_dies_inside_a_transaction_leaves_the_whole_ones_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("games.db");
    let doomed = "workload::games::store::tests::dies_inside_a_transaction";
    let status = Command::new(env::current_exe().unwrap())
        .args([doomed, "--exact", "--ignored"])
        .env(DOOMED, &path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    // A test that ends, well or badly, has an exit code; an aborted process has none.
    assert_eq!(status.code(), None);

    let db = GameDb::open(&path).unwrap();
    let file = begin(&db);
    assert_eq!((db.total().unwrap(), file.lines_done), (10, 10));
    let file = db.store_lines(&file, &batch(10, 20)).unwrap();
    assert_eq!((db.total().unwrap(), file.lines_done, file.duplicates), (20, 20, 0));
}

#[test]
#[ignore = "the process that dies in the test above"]
fn dies_inside_a_transaction() {
    let path = env::var_os(DOOMED).expect("the test above says where");
    let db = GameDb::open(Path::new(&path)).unwrap();
    let mut file = db.store_lines(&begin(&db), &batch(0, 10)).unwrap();
    let mut connection = db.lock();
    let transaction = connection.transaction().unwrap();
    for line in batch(10, 15) {
        let OfferedLine::Game(game) = line else { unreachable!("the batch is games") };
        store_game(&transaction, &mut file, &game).unwrap();
    }
    abort();
}
