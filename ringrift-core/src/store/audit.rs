//! What operators did, as rows.

use rusqlite::{Connection, params};

/// One thing that an operator did.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) outcome: String,
}

/// How many are kept; the oldest go first.
const KEPT: i64 = 10_000;

/// Adds an entry, and removes the one that is too old.
pub(crate) fn append(connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let insert = "INSERT INTO audit (at, action, subject, outcome) VALUES (?, ?, ?, ?)";
    let Entry { at, action, subject, outcome } = entry;
    connection.prepare_cached(insert)?.execute(params![at, action, subject, outcome])?;
    let last = connection.last_insert_rowid();
    connection.prepare_cached("DELETE FROM audit WHERE number <= ?")?.execute([last - KEPT])?;
    Ok(())
}

/// The newest entries, newest first.
pub(crate) fn newest(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Entry>> {
    let select = "SELECT at, action, subject, outcome FROM audit ORDER BY number DESC LIMIT ?";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Entry { at: row.get(0)?, action: row.get(1)?, subject: row.get(2)?, outcome: row.get(3)? })
    };
    connection.prepare(select)?.query_map([limit as i64], read)?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_are_kept() {
        let connection = Connection::open_in_memory().expect("memory");
        connection.execute_batch(include_str!("schema_1.sql")).expect("the tables");
        for at in 0..10_005 {
            let entry = Entry { at, action: "stop".into(), subject: "x".into(), outcome: "done".into() };
            append(&connection, &entry).expect("written");
        }
        let all = newest(&connection, 20_000).expect("read");
        assert_eq!((all.len(), all[0].at, all[9_999].at), (10_000, 10_004, 5));
    }
}
