//! The daemons that an operator disabled.

use std::collections::BTreeSet;

use rusqlite::{Connection, ErrorCode, params};

/// All of them.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    connection.prepare("SELECT daemon FROM disabled")?.query_map([], |row| row.get(0))?.collect()
}

/// All of them, as a folder has them whose store nobody needs to open; none where opening it has to mend it
/// first: a store that was hardly begun, or is damaged.
pub(crate) fn of_folder(folder: &std::path::Path) -> Result<BTreeSet<String>, super::error::OpenError> {
    let file = folder.join(super::open::FILE);
    if !file.exists() {
        return Ok(BTreeSet::new());
    }
    let read = super::open::reader(&file).and_then(|connection| all(&connection));
    read.or_else(|source| match source.sqlite_error_code() {
        Some(ErrorCode::Unknown | ErrorCode::DatabaseCorrupt) => Ok(BTreeSet::new()),
        _ => Err(super::error::OpenError::Unreadable { file, source }),
    })
}

/// One more.
pub(crate) fn add(connection: &Connection, daemon: &str, now: i64) -> rusqlite::Result<()> {
    connection.execute("INSERT OR REPLACE INTO disabled VALUES (?, ?)", params![daemon, now])?;
    Ok(())
}

/// One less.
pub(crate) fn remove(connection: &Connection, daemon: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM disabled WHERE daemon = ?", [daemon])?;
    Ok(())
}
