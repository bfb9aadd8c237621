//! What must hold after any number of kills, once the rest has been drained.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
};

use rusqlite::Connection;

use super::{
    files::{Folder, Item, Lines},
    kept,
};

/// What was found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Events whose emit returned Ok.
    pub acknowledged: usize,
    /// Handlers that ran again.
    pub repeated: usize,
    /// Values of a state, and switches of an operator, that were acknowledged.
    pub kept: usize,
    /// Effects that were cut off, and are left to a person.
    pub interrupted: usize,
    /// Everything that must not be, a line each.
    pub violations: Vec<String>,
}

/// Looks at the files and the store of a victim.
///
/// # Errors
/// When they can't be read.
pub fn of(folder: &Folder) -> Result<Verdict, Box<dyn Error + Send + Sync>> {
    let acknowledged = folder.read(Lines::Acknowledged)?;
    let (begun, effects, followed) =
        (folder.read(Lines::Begun)?, folder.count(Lines::Effect)?, folder.count(Lines::Followed)?);
    let store = Connection::open(folder.store())?;
    let mut verdict = Verdict { acknowledged: acknowledged.len(), ..Verdict::default() };
    let first: HashSet<Item> = begun.iter().copied().collect();
    verdict.repeated = begun.len() - first.len();
    let lost = acknowledged.iter().filter(|item| !first.contains(item));
    verdict.violations.extend(lost.map(|item| format!("{item:?} was acknowledged and never handled")));
    let beside = folder.count(Lines::Beside)?;
    let lost = acknowledged.iter().filter(|item| !beside.contains_key(item));
    verdict.violations.extend(lost.map(|item| format!("{item:?} was acknowledged and never handled beside others")));
    let doubled = effects.iter().filter(|(_, count)| **count > 1);
    verdict.violations.extend(doubled.map(|(item, count)| format!("the effect of {item:?} was made {count} times")));
    verdict.violations.extend(out_of_order(&begun));
    for item in ended(&store, "on_work", 1)? {
        if !effects.contains_key(&item) {
            verdict.violations.push(format!("{item:?} is done, without its effect"));
        }
        if !followed.contains_key(&item) {
            verdict.violations.push(format!("{item:?} is done, and what it emitted was never handled"));
        }
    }
    verdict.interrupted = effects.keys().filter(|item| !followed.contains_key(item)).count();
    for lines in [Lines::Counted, Lines::Switched] {
        let (acknowledged, wrong) = kept::check(folder, lines)?;
        verdict.kept += acknowledged;
        verdict.violations.extend(wrong);
    }
    verdict.violations.extend(emitted_twice(&store)?);
    verdict.violations.extend(integrity(&store)?);
    Ok(verdict)
}

/// The first runs of an emitter's events are in the order of its emits.
fn out_of_order(begun: &[Item]) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut last: HashMap<u64, u64> = HashMap::new();
    let mut wrong = Vec::new();
    for item in begun.iter().filter(|item| seen.insert(**item)) {
        let before = last.insert(item.emitter, item.number);
        if before.is_some_and(|before| before > item.number) {
            wrong.push(format!("{item:?} was begun first after number {before:?}"));
        }
    }
    wrong
}

/// The events whose delivery to a handler is in a state.
fn ended(store: &Connection, handler: &str, state: u8) -> rusqlite::Result<Vec<Item>> {
    let select =
        "SELECT e.payload FROM deliveries d JOIN handlers h ON h.id = d.handler JOIN events e ON e.seq = d.event
        WHERE h.handler = ? AND d.state = ?";
    let mut select = store.prepare(select)?;
    let rows = select.query_map((handler, state), |row| row.get::<_, String>(0))?;
    rows.map(|payload| Ok(serde_json::from_str(&payload?).expect("the victim wrote it"))).collect()
}

fn emitted_twice(store: &Connection) -> rusqlite::Result<Vec<String>> {
    let select = "SELECT payload, COUNT(*) FROM events WHERE event = 'CRASH_DONE' GROUP BY payload HAVING COUNT(*) > 1";
    let mut select = store.prepare(select)?;
    let rows = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?)))?;
    rows.map(|row| row.map(|(payload, count)| format!("{payload} was emitted {count} times"))).collect()
}

fn integrity(store: &Connection) -> rusqlite::Result<Option<String>> {
    let found: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    Ok((found != "ok").then(|| format!("the store is damaged: {found}")))
}
