//! The versions of the schema, and the way from each to the next.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::error::OpenError;

/// The script that leads to version `n + 1`. A version that was released is never changed: what
/// follows it is a script of its own, and a file of it stays among the tests.
const STEPS: [&str; 1] = [include_str!("schema_1.sql")];

/// The version that this program writes.
pub(crate) const VERSION: u32 = STEPS.len() as u32;

/// Brings the file to [`VERSION`], each step in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), OpenError> {
    let unreadable = |source| OpenError::Unreadable { file: file.to_owned(), source };
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(unreadable)?;
    if found > VERSION {
        return Err(OpenError::Newer { file: file.to_owned(), found, known: VERSION });
    }
    for (step, script) in STEPS.iter().enumerate().skip(found as usize) {
        take_step(connection, step as u32 + 1, script).map_err(unreadable)?;
    }
    Ok(())
}

fn take_step(connection: &mut Connection, version: u32, script: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(script)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}
