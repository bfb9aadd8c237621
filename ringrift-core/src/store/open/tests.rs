use super::*;
use crate::store::disabled;

const FULL: i64 = 2;

#[test]
fn what_is_no_store_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE);
    let refusal = || {
        let told = Opening::open(folder.path()).expect_err("it is no store").to_string();
        // Also where nobody needs to open it.
        assert_eq!(disabled::of_folder(folder.path()).expect_err("it is no store").to_string(), told);
        told
    };
    let rest = "and no store of ringrift; move it away, or name another folder in `data_dir`";
    std::fs::create_dir(&file).unwrap();
    assert_eq!(refusal(), format!("`{}` is a folder, {rest}", file.display()));
    std::fs::remove_dir(&file).unwrap();
    let of_others = "CREATE TABLE aunts (name TEXT); CREATE TABLE events (at INTEGER); PRAGMA user_version = 7";
    Connection::open(&file).unwrap().execute_batch(of_others).unwrap();
    let before = std::fs::read(&file).unwrap();
    assert_eq!(refusal(), format!("`{}` is another program's database, {rest}", file.display()));
    assert_eq!(std::fs::read(&file).unwrap(), before);
    std::fs::remove_file(&file).unwrap();
    drop(Opening::open(folder.path()).unwrap());
    // As a newer version may have it: not as this one leaves it, to be left so.
    let newer = "PRAGMA journal_mode = DELETE; PRAGMA user_version = 1000";
    Connection::open(&file).unwrap().execute_batch(newer).unwrap();
    let before = std::fs::read(&file).unwrap();
    assert!(refusal().contains("was written by a newer version of ringrift (schema 1000;"));
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // With a log that nobody has merged.
    let log = folder.path().join("ringrift.db-wal");
    let other = Connection::open(&file).unwrap();
    other.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE newest (x)").unwrap();
    let both = || [&file, &log].map(|file| std::fs::read(file).unwrap());
    let before = both();
    assert!(refusal().contains("(schema 1000;"));
    assert!(before == both() && !before[1].is_empty());
}

#[test]
fn damage_that_sqlite_tells_in_lines_is_one_line() {
    let mut damage = Damage { file: Path::new("x"), lines: Vec::new() };
    damage.tell(["*** in database main ***\nTree 15 page 15: x".to_owned()]);
    assert_eq!(damage.lines, ["*** in database main *** | Tree 15 page 15: x"]);
}

#[test]
fn every_commit_is_on_disk_before_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let connection = connect(&folder.path().join(FILE)).unwrap();
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!((mode.as_str(), number("synchronous")), ("wal", FULL));
}

#[test]
fn a_statement_waits_five_seconds_for_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE);
    for connection in [connect(&file).unwrap(), reader(&file).unwrap()] {
        let wait = connection.pragma_query_value(None, "busy_timeout", |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(wait, 5000);
    }
}
