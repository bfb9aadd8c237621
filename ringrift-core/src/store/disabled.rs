//! The daemons that an operator disabled.

use std::collections::BTreeSet;

use rusqlite::{Connection, ErrorCode, Row, params};

use super::checksum::checksum;

fn row_checksum(daemon: &str, since: i64) -> u32 {
    checksum(&[daemon.as_bytes(), &since.to_le_bytes()])
}

/// The name in a row; `None` when it can't be trusted. A file that nobody has opened yet may have no checksums.
fn whole(row: &Row<'_>) -> Option<String> {
    let (daemon, since) = read(row).ok()?;
    let has_checksum = row.as_ref().column_count() > 2;
    let is_whole = !has_checksum || row.get(2) == Ok(row_checksum(&daemon, since));
    is_whole.then_some(daemon)
}

fn read(row: &Row<'_>) -> rusqlite::Result<(String, i64)> {
    Ok((row.get(0)?, row.get(1)?))
}

/// All of them, without those that can't be trusted.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let mut select = connection.prepare("SELECT * FROM disabled")?;
    let names = select.query_map([], |row| Ok(whole(row)))?;
    names.filter_map(Result::transpose).collect()
}

/// The names, as they are, in the rows that can't be trusted.
pub(super) fn damaged(connection: &Connection) -> rusqlite::Result<Vec<Vec<u8>>> {
    let mut select = connection.prepare("SELECT * FROM disabled")?;
    let names = select.query_map([], |row| {
        let name = row.get_ref(0)?.as_bytes()?;
        Ok(whole(row).is_none().then(|| name.to_owned()))
    })?;
    names.filter_map(Result::transpose).collect()
}

/// Gives those that are there the checksum of what they are; not those that can't be read.
pub(super) fn add_checksums(connection: &Connection) -> rusqlite::Result<()> {
    let mut select = connection.prepare("SELECT * FROM disabled")?;
    let rows = select.query_map([], |row| Ok(read(row)))?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().flatten().try_for_each(|(daemon, since)| add(connection, &daemon, since))
}

/// All of them, as a folder has them whose store nobody needs to open; none where opening it has to mend it
/// first: a store that was hardly begun, or is damaged.
pub(crate) fn of_folder(folder: &std::path::Path) -> Result<BTreeSet<String>, super::error::OpenError> {
    let file = folder.join(super::open::FILE);
    if !file.exists() {
        return Ok(BTreeSet::new());
    }
    super::open::refuse_others(&file)?;
    let read = super::open::reader(&file).and_then(|connection| all(&connection));
    read.or_else(|source| match source.sqlite_error_code() {
        Some(ErrorCode::Unknown | ErrorCode::DatabaseCorrupt) => Ok(BTreeSet::new()),
        _ => Err(super::error::OpenError::Unreadable { file, source }),
    })
}

/// One more.
pub(crate) fn add(connection: &Connection, daemon: &str, now: i64) -> rusqlite::Result<()> {
    let put = "INSERT OR REPLACE INTO disabled VALUES (?, ?, ?)";
    connection.execute(put, params![daemon, now, row_checksum(daemon, now)])?;
    Ok(())
}

/// One less.
pub(crate) fn remove(connection: &Connection, daemon: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM disabled WHERE daemon = ?", [daemon])?;
    Ok(())
}
