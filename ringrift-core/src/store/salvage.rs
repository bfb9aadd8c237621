//! Makes a new store of what can be read of a damaged one, which is kept beside it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value};

use super::{deliveries, error::OpenError, schema};

/// The tables whose rows have a number: what can't be read in one go is read number by number.
const NUMBERED: [(&str, &str); 5] =
    [("handlers", "id"), ("events", "seq"), ("audit", "number"), ("pruned", "first"), ("quarantine", "number")];
/// The others, with their keys: read from both ends, up to what is damaged.
const KEYED: [(&str, &str); 4] = [
    ("deliveries", "handler, event"),
    ("effects", "handler, event, name"),
    ("states", "daemon, name"),
    ("disabled", "daemon"),
];

type Row = Vec<Value>;

/// Moves the damaged file aside, and fills a new one; says what it did, a line each.
pub(super) fn salvage(file: &Path, now: i64) -> Result<Vec<String>, OpenError> {
    let kept = move_aside(file, now).map_err(|source| OpenError::Folder { folder: file.to_owned(), source })?;
    let unreadable = |source| OpenError::Unreadable { file: kept.clone(), source };
    let old = Connection::open_with_flags(&kept, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(unreadable)?;
    let mut new = super::open::connect(file).map_err(unreadable)?;
    schema::migrate(&mut new, file)?;
    let mut told = vec![format!("the damaged file is kept as `{}`", kept.display())];
    let copied = new.transaction().and_then(|transaction| {
        let lost = copy_all(&old, &transaction)?;
        told.extend(lost.iter().map(|table| format!("not every row of `{table}` can be read")));
        let again = deliveries::owe_unknown(&transaction, now)?;
        if again > 0 {
            told.push(format!("what became of {again} deliveries can't be read: they are repeated"));
        }
        transaction.commit()
    });
    copied.map_err(unreadable)?;
    Ok(told)
}

/// With the log that belongs to it.
fn move_aside(file: &Path, now: i64) -> io::Result<PathBuf> {
    let kept = file.with_extension(format!("damaged-{now}.db"));
    for end in ["", "-wal", "-shm"] {
        let with_end = |path: &Path| {
            let mut path = path.as_os_str().to_owned();
            path.push(end);
            PathBuf::from(path)
        };
        match fs::rename(with_end(file), with_end(&kept)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(kept)
}

/// Copies all that can be read; returns the tables of which something can't.
fn copy_all(old: &Connection, new: &Connection) -> rusqlite::Result<Vec<&'static str>> {
    let mut lost = Vec::new();
    for (table, number) in NUMBERED {
        let read = format!("SELECT * FROM {table} NOT INDEXED ORDER BY {number}");
        if copy(old, new, table, &read).is_err() {
            lost.push(table);
            let last = last_number(old, table, number);
            for row in 1..=last {
                // One that can't be read is what is lost.
                _ = copy(old, new, table, &format!("SELECT * FROM {table} NOT INDEXED WHERE {number} = {row}"));
            }
        }
    }
    for (table, key) in KEYED {
        let read = format!("SELECT * FROM {table} NOT INDEXED ORDER BY {key}");
        if copy(old, new, table, &read).is_err() {
            lost.push(table);
            let backwards = key.split(", ").map(|column| format!("{column} DESC")).collect::<Vec<_>>().join(", ");
            _ = copy(old, new, table, &format!("SELECT * FROM {table} NOT INDEXED ORDER BY {backwards}"));
        }
    }
    // Numbers that were given out are not given out again.
    let given: Option<i64> =
        old.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'events'", [], |row| row.get(0)).ok();
    if let Some(given) = given {
        new.execute("UPDATE sqlite_sequence SET seq = MAX(seq, ?) WHERE name = 'events'", [given])?;
    }
    Ok(lost)
}

fn last_number(old: &Connection, table: &str, number: &str) -> i64 {
    let last = |select: &str| old.query_row(select, [], |row| row.get(0)).unwrap_or(0);
    last(&format!("SELECT COALESCE(MAX({number}), 0) FROM {table}"))
        .max(last(&format!("SELECT seq FROM sqlite_sequence WHERE name = '{table}'")))
}

/// Copies rows up to the first that can't be read. One that does not fit the new table is left out.
fn copy(old: &Connection, new: &Connection, table: &str, read: &str) -> rusqlite::Result<()> {
    let mut select = old.prepare(read)?;
    let columns = select.column_count();
    let places = vec!["?"; columns].join(", ");
    let mut insert = new.prepare_cached(&format!("INSERT OR IGNORE INTO {table} VALUES ({places})"))?;
    let mut rows = select.query([])?;
    let mut misfits = 0;
    while let Some(row) = rows.next()? {
        let values: Row = (0..columns).map(|column| row.get(column)).collect::<Result<_, _>>()?;
        misfits += u32::from(insert.execute(params_from_iter(values)).is_err());
    }
    if misfits > 0 { Err(rusqlite::Error::QueryReturnedNoRows) } else { Ok(()) }
}
