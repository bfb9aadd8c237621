//! What daemons keep with `cx.state()`.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::checksum::checksum;

fn row_checksum(daemon: &[u8], name: &[u8], value: &str) -> u32 {
    checksum(&[daemon, name, value.as_bytes()])
}

/// The value of a row, which stands with its checksum from a column on; `Err` says why it can't be trusted.
fn read(row: &Row<'_>, (daemon, name): (&[u8], &[u8]), from: usize) -> Result<String, String> {
    let read = || -> rusqlite::Result<(String, u32)> { Ok((row.get(from)?, row.get(from + 1)?)) };
    let (value, kept) = read().map_err(|error| error.to_string())?;
    let found = row_checksum(daemon, name, &value);
    if found == kept { Ok(value) } else { Err(format!("its checksum is {found:08x}, and not {kept:08x}")) }
}

/// What was saved last; the inner `Err` says why it can't be trusted.
pub(crate) fn load(
    connection: &Connection,
    daemon: &str,
    name: &str,
) -> rusqlite::Result<Option<Result<String, String>>> {
    let select = "SELECT value, checksum FROM states WHERE daemon = ? AND name = ?";
    let key = (daemon.as_bytes(), name.as_bytes());
    connection.prepare_cached(select)?.query_row([daemon, name], |row| Ok(read(row, key, 0))).optional()
}

/// The rows that can't be trusted, by daemon and name as they are.
pub(super) fn damaged(connection: &Connection) -> rusqlite::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut select = connection.prepare("SELECT daemon, name, value, checksum FROM states")?;
    let mut rows = select.query([])?;
    let mut damaged = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |at| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_bytes().unwrap_or_default());
        let (daemon, name) = (text(0)?, text(1)?);
        if read(row, (daemon, name), 2).is_err() {
            damaged.push((daemon.to_owned(), name.to_owned()));
        }
    }
    Ok(damaged)
}

/// Puts a value in the place of the last.
pub(crate) fn save(
    connection: &Connection,
    (daemon, name): (&str, &str),
    value: &str,
    now: i64,
) -> rusqlite::Result<()> {
    let put = "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?)";
    let checksum = row_checksum(daemon.as_bytes(), name.as_bytes(), value);
    connection.prepare_cached(put)?.execute(params![daemon, name, value, now, checksum])?;
    Ok(())
}
