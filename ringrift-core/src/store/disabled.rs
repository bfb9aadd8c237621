//! The daemons that an operator disabled.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

/// All of them.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    connection.prepare("SELECT daemon FROM disabled")?.query_map([], |row| row.get(0))?.collect()
}

/// All of them, as a folder has them whose store nobody needs to open.
pub(crate) fn of_folder(folder: &std::path::Path) -> Result<BTreeSet<String>, super::error::OpenError> {
    let file = folder.join(super::open::FILE);
    if !file.exists() {
        return Ok(BTreeSet::new());
    }
    let read = super::open::reader(&file).and_then(|connection| all(&connection));
    read.map_err(|source| super::error::OpenError::Unreadable { file, source })
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
