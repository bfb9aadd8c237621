//! Victims whose disk fails, and who live on.

use std::{fs, time::Duration};

use ringrift_core::{EmitError, Runtime};
use tokio::time::Instant;

use super::{
    daemons::{Tick, Work},
    files::{Folder, Item, Lines},
    roles::{Result, say, start},
};

/// How long a victim tries again after its disk was full.
pub(super) const RESUMES_WITHIN: Duration = Duration::from_secs(5);
/// What is in the way on a small disk, and is then removed.
const FILLER: usize = 4 << 20;
/// A disk that is not full after so many events is not small.
const MOST: u64 = 100_000;
/// How many events are emitted once there is room.
const AFTERWARDS: u64 = 50;

/// An event that the worker fails at its first run.
pub const FAILS_AT_FIRST: u64 = 5;

const fn item(number: u64) -> Item {
    Item { emitter: 0, number }
}

/// Emits one event, and notes that it is acknowledged.
async fn acknowledged(runtime: &Runtime, folder: &Folder, number: u64) -> Result<Option<EmitError>> {
    match runtime.emit(Work(item(number))).await {
        Ok(()) => folder.add(Lines::Acknowledged, item(number))?,
        Err(error) => return Ok(Some(error)),
    }
    Ok(None)
}

/// With a full disk, nothing durable is emitted, and everything transient.
async fn refuses(runtime: &Runtime, numbers: std::ops::Range<u64>) -> Result {
    for number in numbers {
        match runtime.emit(Work(item(number))).await {
            Err(EmitError::StorageFull { event: "CRASH_WORK" }) => {}
            other => return Err(format!("a full disk gives {other:?}").into()),
        }
        runtime.emit(Tick).await?;
    }
    is_seen(runtime)
}

/// That the store can't be written is seen from outside.
fn is_seen(runtime: &Runtime) -> Result {
    let snapshot = runtime.snapshot();
    if snapshot.runtime.ready || snapshot.runtime.store.is_none_or(|store| store.trouble.is_none()) {
        return Err("the trouble is not seen in the snapshot".into());
    }
    Ok(())
}

/// With room again, the next event is emitted soon, and the process is ready; says how soon.
async fn resumes(runtime: &Runtime, folder: &Folder, number: u64) -> Result {
    let freed = Instant::now();
    while let Some(error) = acknowledged(runtime, folder, number).await? {
        if freed.elapsed() > RESUMES_WITHIN {
            return Err(format!("{error} {RESUMES_WITHIN:?} after there is room").into());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    say(&format!("resumed after {} ms", freed.elapsed().as_millis()))?;
    if !runtime.snapshot().runtime.ready {
        return Err("not ready after there is room".into());
    }
    Ok(())
}

/// Fills the disk, by a fail point; and makes room again.
pub(super) async fn full(folder: Folder) -> Result {
    let runtime = start(&folder).await?;
    acknowledged(&runtime, &folder, 0).await?;
    fail::cfg("store.commit.before", "return(full)")?;
    refuses(&runtime, 1..10).await?;
    fail::cfg("store.commit.before", "off")?;
    resumes(&runtime, &folder, 10).await?;
    runtime.shutdown().await;
    Ok(())
}

/// Fills a disk that is small, for good; and makes room again by removing what is in the way.
pub(super) async fn fill(folder: Folder) -> Result {
    let filler = folder.store_folder().join("filler");
    fs::write(&filler, vec![1; FILLER])?;
    let runtime = start(&folder).await?;
    until_full(&runtime, &folder, || Ok(fs::remove_file(filler)?)).await?;
    runtime.shutdown().await;
    Ok(())
}

/// Lets SQLite itself refuse: its file may have no more pages than it has; and then as many as it likes.
pub(super) async fn pages(folder: Folder) -> Result {
    let runtime = start(&folder).await?;
    fail::cfg("store.pages", "return(1)")?;
    until_full(&runtime, &folder, || Ok(fail::cfg("store.pages", "return(1000000)")?)).await?;
    runtime.shutdown().await;
    Ok(())
}

/// Emits until there is no room, makes some, and emits again.
async fn until_full(runtime: &Runtime, folder: &Folder, make_room: impl FnOnce() -> Result) -> Result {
    let mut number = 0;
    loop {
        match acknowledged(runtime, folder, number).await? {
            None if number < MOST => number += 1,
            None => return Err("the disk is not full".into()),
            Some(EmitError::StorageFull { .. }) => break,
            Some(error) => return Err(error.into()),
        }
    }
    say(&format!("full after {number} events"))?;
    // What handlers have done waits to be written, and a moment may come with room for an event.
    refuses(runtime, number..number + 10).await?;
    make_room()?;
    for number in number..number + AFTERWARDS {
        resumes(runtime, folder, number).await?;
    }
    Ok(())
}

/// Fills the disk when a dead letter is to be written; then it is killed, or has room again.
pub(super) async fn letter(folder: Folder, end: &str) -> Result {
    let runtime = start(&folder).await?;
    fail::cfg("store.letter.before", "return(full)")?;
    // It is refused only once the letter is in the way.
    if let Some(error) = acknowledged(&runtime, &folder, FAILS_AT_FIRST).await? {
        return Err(error.into());
    }
    let is_full = || runtime.snapshot().runtime.store.is_some_and(|store| store.trouble.is_some());
    let begun = Instant::now();
    while runtime.snapshot().dead_letters.is_empty() || !is_full() {
        if begun.elapsed() > RESUMES_WITHIN {
            return Err("nobody says that a dead letter found no room".into());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    refuses(&runtime, FAILS_AT_FIRST + 1..FAILS_AT_FIRST + 5).await?;
    if end == "kill" {
        // No unwinding, no exit handlers: as kill -9.
        std::process::abort();
    }
    fail::cfg("store.letter.before", "off")?;
    resumes(&runtime, &folder, FAILS_AT_FIRST + 5).await?;
    runtime.shutdown().await;
    Ok(())
}

/// A sync of the disk fails once: from then on nothing is acknowledged.
pub(super) async fn sync(folder: Folder) -> Result {
    let runtime = start(&folder).await?;
    acknowledged(&runtime, &folder, 0).await?;
    fail::cfg("store.commit.before", "1*return(sync)")?;
    for number in 1..10 {
        match runtime.emit(Work(item(number))).await {
            Err(EmitError::StorageFailed { event: "CRASH_WORK", .. }) => {}
            other => return Err(format!("a failed sync gives {other:?}").into()),
        }
        runtime.emit(Tick).await?;
    }
    is_seen(&runtime)?;
    runtime.shutdown().await;
    Ok(())
}
