//! The versions of the schema, and the way from each to the next.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{audit, disabled, effects, error::OpenError};

/// What leads to a version: its script, and then what is computed for the rows that are there.
type Step = (&'static str, fn(&Connection) -> rusqlite::Result<()>);

/// The step that leads to version `n + 1`. One that was released is never changed: what follows it is a
/// step of its own, and a file of it stays among the tests.
const STEPS: [Step; 3] = [
    (include_str!("schema_1.sql"), |_| Ok(())),
    (include_str!("schema_2.sql"), add_checksums),
    (include_str!("schema_3.sql"), |_| Ok(())),
];

/// The version that this program writes.
pub(crate) const VERSION: u32 = STEPS.len() as u32;

/// The version of a file, unless it is newer than [`VERSION`].
pub(super) fn found(connection: &Connection, file: &Path) -> Result<u32, OpenError> {
    let found = version(connection).map_err(|source| OpenError::Unreadable { file: file.to_owned(), source })?;
    if found > VERSION {
        return Err(OpenError::Newer { file: file.to_owned(), found, known: VERSION });
    }
    Ok(found)
}

/// Brings the file to [`VERSION`], each step in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), OpenError> {
    let unreadable = |source| OpenError::Unreadable { file: file.to_owned(), source };
    let found = found(connection, file)?;
    for (step, version) in STEPS.iter().zip(1..).skip(found as usize) {
        take_step(connection, version, step).map_err(unreadable)?;
    }
    Ok(())
}

/// Computes what a file of this version has and the rows of an `old` one, copied into it, have not.
pub(super) fn catch_up(connection: &Connection, old: &Connection) -> rusqlite::Result<()> {
    STEPS.iter().skip(version(old)? as usize).try_for_each(|(_, compute)| compute(connection))
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn take_step(connection: &mut Connection, version: u32, (script, compute): &Step) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(script)?;
    compute(&transaction)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}

fn add_checksums(connection: &Connection) -> rusqlite::Result<()> {
    effects::add_checksums(connection)?;
    disabled::add_checksums(connection)?;
    audit::add_checksums(connection)
}

/// All tables, in memory.
#[cfg(test)]
pub(super) fn in_memory() -> Connection {
    let mut connection = Connection::open_in_memory().expect("memory");
    super::settled::prepare(&connection).expect("a function");
    migrate(&mut connection, Path::new("memory")).expect("the tables");
    connection
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{mend, open::FILE};

    #[test]
    fn a_version_1_becomes_the_newest_with_all_that_is_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(FILE);
        let mut connection = Connection::open(&file).expect("a file");
        take_step(&mut connection, 1, &STEPS[0]).expect("version 1");
        let rows = "INSERT INTO effects VALUES (1, 2, 'pay', '5'), (1, 2, 'begun', NULL);
            INSERT INTO disabled VALUES ('sleeper', 7);
            INSERT INTO audit (at, action, subject, outcome) VALUES (7, 'disable', 'sleeper', 'done')";
        connection.execute_batch(rows).expect("as an earlier program wrote it");
        migrate(&mut connection, &file).expect("the newest");
        assert_eq!(version(&connection).expect("a number"), VERSION);
        let effect = |name| effects::begin(&connection, (1, 2), name).expect("read");
        assert_eq!(effect("pay"), effects::Effect::Done("5".to_owned()));
        assert_eq!(effect("begun"), effects::Effect::Begun);
        assert_eq!(Vec::from_iter(disabled::all(&connection).expect("read")), ["sleeper"]);
        assert_eq!(audit::newest(&connection, 9).expect("read").len(), 1);
        assert_eq!(mend::rows(&mut connection, 0).expect("read"), [""; 0], "all have checksums");
    }

    #[test]
    fn a_row_of_version_1_that_cannot_be_read_does_not_hold_up_the_others() {
        let mut connection = Connection::open_in_memory().expect("memory");
        take_step(&mut connection, 1, &STEPS[0]).expect("version 1");
        let rows = "INSERT INTO disabled VALUES (CAST(x'ff' AS TEXT), 7), ('sleeper', 7)";
        connection.execute_batch(rows).expect("as damage left it");
        migrate(&mut connection, Path::new("memory")).expect("the newest");
        assert_eq!(Vec::from_iter(disabled::all(&connection).expect("read")), ["sleeper"]);
    }
}
