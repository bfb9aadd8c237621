//! Places at which a test kills the process, or makes the disk fail.
//!
//! With the feature `failpoints`, `return(kill)` ends the process as kill -9 would, `return(full)` is
//! a full disk, `return(sync)` a sync that failed. Without it there is nothing of all this.

/// Every fail point of the store that a process passes when nothing is damaged.
#[cfg(feature = "failpoints")]
pub const ALL: [&str; 8] = [
    "store.append.before",
    "store.append.after",
    "store.acknowledge.before",
    "store.acknowledge.after",
    "store.letter.before",
    "store.letter.after",
    "store.commit.before",
    "store.commit.after",
];

/// Passed before each step of a salvage, which only a damaged store has.
pub(super) const SALVAGE: &str = "store.salvage";

/// The process passes the fail point of that name.
#[cfg(feature = "failpoints")]
pub(crate) fn at(name: &'static str) -> rusqlite::Result<()> {
    debug_assert!(name == SALVAGE || ALL.contains(&name), "{name} is not in the list");
    fail::fail_point!(name, |what| injected(what.as_deref()));
    Ok(())
}

/// The process passes the fail point of that name.
#[cfg(not(feature = "failpoints"))]
#[inline]
#[expect(clippy::unnecessary_wraps, reason = "with the feature it may fail")]
pub(crate) fn at(_name: &'static str) -> rusqlite::Result<()> {
    Ok(())
}

/// `return(n)` at `store.pages` is how many pages the file may have; fewer than it has are as many.
#[cfg(feature = "failpoints")]
pub(super) fn page_limit(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    fail::fail_point!("store.pages", |pages| connection.pragma_update(None, "max_page_count", pages));
    Ok(())
}

/// The file may have as many pages as the disk has room for.
#[cfg(not(feature = "failpoints"))]
#[inline]
#[expect(clippy::unnecessary_wraps, reason = "with the feature it may fail")]
pub(super) fn page_limit(_connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    Ok(())
}

#[cfg(feature = "failpoints")]
fn injected(what: Option<&str>) -> rusqlite::Result<()> {
    use rusqlite::ffi;
    let code = match what {
        Some("full") => ffi::SQLITE_FULL,
        Some("sync") => ffi::SQLITE_IOERR_FSYNC,
        // No unwinding, no flushing, no exit handlers.
        _ => std::process::abort(),
    };
    Err(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
}
