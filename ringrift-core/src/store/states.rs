//! What daemons keep with `cx.state()`.

use rusqlite::{Connection, OptionalExtension, params};

use super::checksum::checksum;

fn row_checksum(daemon: &str, name: &str, value: &str) -> u32 {
    checksum(&[daemon.as_bytes(), name.as_bytes(), value.as_bytes()])
}

/// What was saved last; the inner `Err` says why it can't be trusted.
pub(crate) fn load(
    connection: &Connection,
    daemon: &str,
    name: &str,
) -> rusqlite::Result<Option<Result<String, String>>> {
    let select = "SELECT value, checksum FROM states WHERE daemon = ? AND name = ?";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?));
    let found = connection.prepare_cached(select)?.query_row([daemon, name], read).optional()?;
    Ok(found.map(|(value, kept)| {
        let found = row_checksum(daemon, name, &value);
        if found == kept { Ok(value) } else { Err(format!("its checksum is {found:08x}, and not {kept:08x}")) }
    }))
}

/// Puts a value in the place of the last.
pub(crate) fn save(
    connection: &Connection,
    (daemon, name): (&str, &str),
    value: &str,
    now: i64,
) -> rusqlite::Result<()> {
    let put = "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?)";
    let checksum = row_checksum(daemon, name, value);
    connection.prepare_cached(put)?.execute(params![daemon, name, value, now, checksum])?;
    Ok(())
}
