//! Makes a new store of what can be read of a damaged one, which is kept beside it.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, params_from_iter, types::Value};

use super::{deliveries, effects, error::OpenError, failpoint, handlers, identities, schema, swap};

/// The tables whose rows have a number: what can't be read in one go is read number by number.
const NUMBERED: [(&str, &str); 4] =
    [("events", "seq"), ("audit", "number"), ("pruned", "first"), ("quarantine", "number")];
/// The others, with their keys: read from both ends, up to what is damaged.
const KEYED: [(&str, &str); 4] = [
    ("deliveries", "handler, event"),
    ("effects", "handler, event, name"),
    ("states", "daemon, name"),
    ("disabled", "daemon"),
];

type Row = Vec<Value>;

/// Fills a new store, and says what is not in it, a line each. The damaged one stays as it is, its log too.
pub(super) fn fill(old: &Connection, file: &Path, now: i64) -> Result<Vec<String>, OpenError> {
    let filling = swap::filling(file);
    let unreadable = |source| OpenError::Unreadable { file: file.to_owned(), source };
    let mut new = connect(&filling).map_err(unreadable)?;
    schema::migrate(&mut new, &filling)?;
    let told = fill_in(old, &mut new, now).map_err(unreadable)?;
    new.close().map_err(|(_, error)| unreadable(error))?;
    Ok(told)
}

/// Without a log of its own, which would be one more file to move.
fn connect(filling: &Path) -> rusqlite::Result<Connection> {
    let new = Connection::open(filling)?;
    new.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    new.pragma_update(None, "synchronous", "FULL")?;
    Ok(new)
}

pub(super) fn fill_in(old: &Connection, new: &mut Connection, now: i64) -> rusqlite::Result<Vec<String>> {
    let transaction = new.transaction()?;
    let lost = copy_all(old, &transaction)?;
    schema::catch_up(&transaction, old)?;
    let mut told: Vec<String> = lost.iter().map(|table| format!("not every row of `{table}` can be read")).collect();
    told.extend(identities::copy(old, &transaction, now)?);
    let again = deliveries::damaged(&transaction, "TRUE")?;
    deliveries::repeat(&transaction, &again, now)?;
    if !again.is_empty() {
        told.push(format!("deliveries of which nobody can tell what became, and which are repeated: {}", again.len()));
    }
    // Of a tree that is another one's now nobody sees that rows are missing; and what is repeated may have been
    // settled.
    effects::note_lost_of_all(&transaction)?;
    handlers::note_damage(&transaction, now)?;
    transaction.commit()?;
    Ok(told)
}

/// Copies all that can be read; returns the tables of which something can't.
fn copy_all(old: &Connection, new: &Connection) -> rusqlite::Result<Vec<&'static str>> {
    let mut lost = Vec::new();
    for (table, number) in NUMBERED {
        failpoint::at(failpoint::SALVAGE)?;
        let read = format!("SELECT * FROM {table} NOT INDEXED ORDER BY {number}");
        if copy(old, new, table, &read)? == Copied::InPart {
            lost.push(table);
            let last = last_number(old, table, number);
            for row in 1..=last {
                // One that can't be read is what is lost.
                copy(old, new, table, &format!("SELECT * FROM {table} NOT INDEXED WHERE {number} = {row}"))?;
            }
        }
    }
    for (table, key) in KEYED {
        failpoint::at(failpoint::SALVAGE)?;
        let read = format!("SELECT * FROM {table} NOT INDEXED ORDER BY {key}");
        if copy(old, new, table, &read)? == Copied::InPart {
            lost.push(table);
            let backwards = key.split(", ").map(|column| format!("{column} DESC")).collect::<Vec<_>>().join(", ");
            copy(old, new, table, &format!("SELECT * FROM {table} NOT INDEXED ORDER BY {backwards}"))?;
        }
    }
    // Numbers that were given out are not given out again.
    let given: Option<i64> =
        old.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'events'", [], |row| row.get(0)).ok();
    let raise = "UPDATE sqlite_sequence SET seq = MAX(seq, ?) WHERE name = 'events'";
    // Without an event there is no number either, and none would be missed.
    if let Some(given) = given
        && new.execute(raise, [given])? == 0
    {
        new.execute("INSERT INTO sqlite_sequence VALUES ('events', ?)", [given])?;
    }
    Ok(lost)
}

fn last_number(old: &Connection, table: &str, number: &str) -> i64 {
    let last = |select: &str| old.query_row(select, [], |row| row.get(0)).unwrap_or(0);
    last(&format!("SELECT COALESCE(MAX({number}), 0) FROM {table}"))
        .max(last(&format!("SELECT seq FROM sqlite_sequence WHERE name = '{table}'")))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copied {
    Whole,
    /// A row can't be read, or does not fit.
    InPart,
}

/// Copies rows up to the first that can't be read. One that does not fit the new table is left out.
fn copy(old: &Connection, new: &Connection, table: &str, read: &str) -> rusqlite::Result<Copied> {
    // Without its first page there is no table at all, and the file stays as it is.
    let mut select = old.prepare(read)?;
    let columns = select.column_count();
    // A later version has more, behind these. The names are not the old one's, which may be damaged.
    let own = new.prepare(&format!("SELECT * FROM {table}"))?;
    let names = own.column_names().take(columns).collect::<Vec<_>>().join(", ");
    let places = vec!["?"; columns].join(", ");
    let mut insert = new.prepare_cached(&format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})"))?;
    let Ok(mut rows) = select.query([]) else { return Ok(Copied::InPart) };
    let mut copied = Copied::Whole;
    loop {
        let row = rows.next().and_then(|row| row.map(|row| (0..columns).map(|at| row.get(at)).collect()).transpose());
        let mut values: Row = match row {
            Ok(Some(values)) => values,
            Ok(None) => return Ok(copied),
            Err(_) => return Ok(Copied::InPart),
        };
        if table == "events" {
            values[0] = place(old, &values).unwrap_or(values[0].clone());
        }
        match insert.execute(params_from_iter(values)) {
            Ok(1) => {}
            Ok(_) => copied = Copied::InPart,
            Err(error) if is_misfit(&error) => copied = Copied::InPart,
            Err(error) => return Err(error),
        }
    }
}

/// The number of an event by both indexes, where it is not the row's own and no other event has it: the
/// deliveries of the other one are not to get this one.
fn place(old: &Connection, values: &[Value]) -> Option<Value> {
    let by_id = "SELECT seq FROM events INDEXED BY sqlite_autoindex_events_1 WHERE id = ?";
    let by_id: Value =
        old.prepare_cached(by_id).and_then(|mut by_id| by_id.query_row([&values[1]], |row| row.get(0))).ok()?;
    if by_id == values[0] {
        return None;
    }
    let is_so = "SELECT EXISTS (SELECT 1 FROM events INDEXED BY by_type WHERE event = ?1 AND seq = ?2)
        AND NOT EXISTS (SELECT 1 FROM events NOT INDEXED WHERE seq = ?2)";
    let is_so = old.query_row(is_so, [&values[2], &by_id], |row| row.get(0)).unwrap_or(false);
    is_so.then_some(by_id)
}

/// Whether it is the row that is to blame, and not the new file or its disk.
fn is_misfit(error: &rusqlite::Error) -> bool {
    use ErrorCode::{ConstraintViolation, TooBig, TypeMismatch};
    matches!(error.sqlite_error_code(), Some(ConstraintViolation | TooBig | TypeMismatch))
}
