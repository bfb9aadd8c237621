//! What operators did, as rows.

use rusqlite::{Connection, Row, params};

use super::checksum::checksum;

/// One thing that an operator did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) outcome: String,
}

/// How many are kept; the oldest go first.
const KEPT: i64 = 10_000;

impl Entry {
    fn checksum(&self) -> u32 {
        let Self { at, action, subject, outcome } = self;
        checksum(&[&at.to_le_bytes(), action.as_bytes(), subject.as_bytes(), outcome.as_bytes()])
    }

    /// Reads a row but for its checksum.
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { at: row.get(1)?, action: row.get(2)?, subject: row.get(3)?, outcome: row.get(4)? })
    }

    /// Reads a row; `None` when it can't be trusted.
    fn whole(row: &Row<'_>) -> Option<Self> {
        let entry = Self::read(row).ok()?;
        (row.get(5) == Ok(entry.checksum())).then_some(entry)
    }
}

/// Adds an entry, and removes the one that is too old.
pub(crate) fn append(connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let insert = "INSERT INTO audit (at, action, subject, outcome, checksum) VALUES (?, ?, ?, ?, ?)";
    let Entry { at, action, subject, outcome } = entry;
    connection.prepare_cached(insert)?.execute(params![at, action, subject, outcome, entry.checksum()])?;
    let last = connection.last_insert_rowid();
    connection.prepare_cached("DELETE FROM audit WHERE number <= ?")?.execute([last - KEPT])?;
    Ok(())
}

/// The newest entries, newest first; without those that can't be trusted.
pub(crate) fn newest(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Entry>> {
    let mut select = connection.prepare("SELECT * FROM audit ORDER BY number DESC LIMIT ?")?;
    let entries = select.query_map([limit as i64], |row| Ok(Entry::whole(row)))?;
    entries.filter_map(Result::transpose).collect()
}

/// The numbers of the entries that can't be trusted.
pub(super) fn damaged(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut select = connection.prepare("SELECT * FROM audit ORDER BY number")?;
    let numbers = select.query_map([], |row| Ok(Entry::whole(row).is_none().then_some(row.get(0)?)))?;
    numbers.filter_map(Result::transpose).collect()
}

/// Gives those that are there the checksum of what they are; not those that can't be read.
pub(super) fn add_checksums(connection: &Connection) -> rusqlite::Result<()> {
    let mut select = connection.prepare("SELECT * FROM audit")?;
    let mut update = connection.prepare("UPDATE audit SET checksum = ? WHERE number = ?")?;
    let numbered = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, Entry::read(row).ok())))?;
    for row in numbered.collect::<rusqlite::Result<Vec<_>>>()? {
        if let (number, Some(entry)) = row {
            update.execute(params![entry.checksum(), number])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_are_kept() {
        let connection = crate::store::schema::in_memory();
        for at in 0..10_005 {
            let entry = Entry { at, action: "stop".into(), subject: "x".into(), outcome: "done".into() };
            append(&connection, &entry).expect("written");
        }
        let all = newest(&connection, 20_000).expect("read");
        assert_eq!((all.len(), all[0].at, all[9_999].at), (10_000, 10_004, 5));
    }
}
