//! What is looked at before a store is used: that it is whole, and that no event is missing.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, params};

use super::{events, wal};

/// How many problems of the file are told.
const TOLD: u32 = 20;

/// The events that are missing, a line each.
pub(super) fn missing(connection: &Connection, now: i64) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    for (first, last) in gaps(connection)? {
        let missing = last - first + 1;
        found.push(format!("events {first} to {last} are missing: {missing} lost"));
        // Told once; from now on they are known to be gone.
        connection.execute("INSERT OR REPLACE INTO pruned VALUES (?, ?)", params![first, last])?;
        let insert = "INSERT INTO quarantine (found, place, reason, content) VALUES (?, ?, 'missing', '')";
        connection.execute(insert, params![now, format!("events {first} to {last}")])?;
    }
    Ok(found)
}

/// What the log will lose when SQLite opens it; before it does.
pub(super) fn of_log(file: &Path) -> Option<String> {
    let cut = wal::look(file).ok()??;
    Some(format!(
        "frame {} of the write-ahead log is damaged, and {} good ones behind it are not read: what they held may be lost",
        cut.frame, cut.good_behind
    ))
}

/// What is wrong with the file itself, a line each.
pub(super) fn pages(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut check = connection.prepare(&format!("PRAGMA integrity_check({TOLD})"))?;
    let mut found: Vec<String> = Vec::new();
    for line in check.query_map([], |row| row.get(0))? {
        match line {
            Ok(line) => found.push(line),
            // It ends at a page that is none.
            Err(error) if is_damage(&error) => found.push(error.to_string()),
            Err(error) => return Err(error),
        }
    }
    found.retain(|line| line != "ok");
    // The table of the numbers that are given out is looked at only when one is.
    let numbered = connection.prepare("INSERT INTO events DEFAULT VALUES");
    found.extend(numbered.err().filter(is_damage).map(|error| error.to_string()));
    Ok(found)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt)
}

/// The numbers that no event has, and that were not pruned. SQLite gives them out without gaps.
fn gaps(connection: &Connection) -> rusqlite::Result<Vec<(i64, i64)>> {
    let given = events::last(connection)?;
    let known: i64 = connection.query_row(
        "SELECT (SELECT COUNT(*) FROM events) + (SELECT COALESCE(SUM(last - first + 1), 0) FROM pruned)",
        [],
        |row| row.get(0),
    )?;
    if known == given {
        return Ok(Vec::new());
    }
    let known = "SELECT seq, seq FROM events UNION ALL SELECT first, last FROM pruned ORDER BY 1";
    let mut known = connection.prepare(known)?;
    let mut missing = Vec::new();
    let mut next = 1;
    let mut rows = known.query([])?;
    while let Some(row) = rows.next()? {
        let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
        if first > next {
            missing.push((next, first - 1));
        }
        next = next.max(last.saturating_add(1));
    }
    if next <= given {
        missing.push((next, given));
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        events::{StoredEvent, append},
        open::Opening,
        salvage, schema,
    };

    fn event(number: u8) -> StoredEvent {
        StoredEvent {
            id: [number; 16],
            event: "CHECKED".to_owned(),
            payload: "{}".to_owned(),
            hops: 0,
            emitter: None,
            emitted: 0,
            cause: None,
            replay_of: None,
        }
    }

    fn opening() -> (tempfile::TempDir, Opening) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut opening = Opening::open(folder.path()).expect("a store");
        let fill = |connection: &Connection| (1..=9).try_for_each(|n| append(connection, &event(n)).map(drop));
        opening.prepare(fill).expect("nine events");
        (folder, opening)
    }

    #[test]
    fn a_whole_store_has_nothing_to_tell() {
        let (_folder, mut opening) = opening();
        assert_eq!(opening.prepare(|connection| missing(connection, 0)).expect("read"), [""; 0]);
    }

    #[test]
    fn missing_events_are_named_once() {
        let (_folder, mut opening) = opening();
        let remove = |connection: &Connection| connection.execute_batch("DELETE FROM events WHERE seq IN (3, 4, 9)");
        opening.prepare(remove).expect("removed");
        let told = opening.prepare(|connection| missing(connection, 0)).expect("read");
        assert_eq!(told, ["events 3 to 4 are missing: 2 lost", "events 9 to 9 are missing: 1 lost"]);
        assert_eq!(opening.prepare(|connection| missing(connection, 0)).expect("read"), [""; 0]);
    }

    #[test]
    fn events_of_which_none_is_left_are_missed_in_the_new_store() {
        let (_folder, mut opening) = opening();
        let mut new = Connection::open_in_memory().expect("a new store");
        schema::migrate(&mut new, Path::new("new")).expect("its tables");
        let salvage = |old: &Connection| {
            old.execute_batch("DELETE FROM events")?;
            salvage::fill_in(old, &mut new, 0)?;
            missing(&new, 0)
        };
        assert_eq!(opening.prepare(salvage).expect("salvaged"), ["events 1 to 9 are missing: 9 lost"]);
    }

    #[test]
    fn pruned_events_are_not_missed() {
        let (_folder, mut opening) = opening();
        let prune = |connection: &Connection| {
            connection.execute_batch("DELETE FROM events WHERE seq < 5; INSERT INTO pruned VALUES (1, 4)")
        };
        opening.prepare(prune).expect("pruned");
        assert_eq!(opening.prepare(|connection| missing(connection, 0)).expect("read"), [""; 0]);
    }
}
