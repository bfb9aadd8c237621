//! What a victim does: it works until it is killed, or drains what others left.

use std::{
    error::Error,
    io::{self, Write},
    path::PathBuf,
    time::Duration,
};

use ringrift_core::{EmitError, Registry, Runtime};
use tokio::time::Instant;

use super::{
    daemons::{Follower, Tick, Work, Worker},
    files::{Folder, Item, Lines},
    storm,
};

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many tasks emit at once.
pub const EMITTERS: u64 = 4;
/// How long an emitter rests between two events.
const PACE: Duration = Duration::from_millis(1);
/// How long a victim tries again after its disk was full.
const RESUMES_WITHIN: Duration = Duration::from_secs(5);

const USAGE: &str = "victim work <folder> <round> [<events>] | drain <folder> | full <folder> | sync <folder> | \
    storm <events> <subscribers>";

/// Runs the role that the arguments name.
///
/// # Errors
/// When there is no such role, or it goes wrong.
pub async fn run(arguments: &[String]) -> Result {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let folder = |path: &str| Folder(PathBuf::from(path));
    match *arguments {
        ["work", path, round] => work(folder(path), round.parse()?, u64::MAX).await,
        ["work", path, round, events] => work(folder(path), round.parse()?, events.parse()?).await,
        ["drain", path] => drain(folder(path)).await,
        ["full", path] => full(folder(path)).await,
        ["sync", path] => sync(folder(path)).await,
        ["storm", events, subscribers] => {
            let figures = storm::storm(events.parse()?, subscribers.parse()?).await?;
            Ok(say(&serde_json::to_string(&figures)?)?)
        }
        _ => Err(USAGE.into()),
    }
}

async fn start(folder: &Folder) -> Result<Runtime> {
    let registry = Registry::empty().with::<Worker>().with::<Follower>();
    let builder = Runtime::builder().registry(registry).provide(folder.clone()).data_dir(folder.root());
    let runtime = builder.start().await?;
    runtime.started().await;
    Ok(runtime)
}

/// Emits from several tasks until it is killed, or each has emitted so many.
async fn work(folder: Folder, round: u64, events: u64) -> Result {
    let runtime = start(&folder).await?;
    let mut emitters = tokio::task::JoinSet::new();
    for emitter in 0..EMITTERS {
        let (runtime, folder) = (runtime.clone(), folder.clone());
        emitters.spawn(async move {
            for number in 0..events {
                let item = Item { emitter: round * EMITTERS + emitter, number };
                runtime.emit(Work(item)).await?;
                folder.add(Lines::Acknowledged, item)?;
                // Handlers wait for the disk twice an event: they would be left behind.
                tokio::time::sleep(PACE).await;
            }
            Result::Ok(())
        });
    }
    while let Some(emitter) = emitters.join_next().await {
        emitter??;
    }
    runtime.shutdown().await;
    Ok(())
}

/// Lets everything that is owed come to an end; prints how many there were, and how long it took.
async fn drain(folder: Folder) -> Result {
    let begun = Instant::now();
    let runtime = start(&folder).await?;
    let owed = runtime.snapshot().deliveries.owed;
    while !runtime.snapshot().deliveries.is_closed() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    say(&format!("{owed} {}", begun.elapsed().as_millis()))?;
    runtime.shutdown().await;
    Ok(())
}

/// Fills the disk, by a fail point; and makes room again.
async fn full(folder: Folder) -> Result {
    let runtime = start(&folder).await?;
    let item = |number| Item { emitter: 0, number };
    runtime.emit(Work(item(0))).await?;
    folder.add(Lines::Acknowledged, item(0))?;
    fail::cfg("store.commit.before", "return(full)")?;
    for number in 1..10 {
        match runtime.emit(Work(item(number))).await {
            Err(EmitError::StorageFull { event: "CRASH_WORK" }) => {}
            other => return Err(format!("a full disk gives {other:?}").into()),
        }
        runtime.emit(Tick).await?;
    }
    let snapshot = runtime.snapshot();
    if snapshot.runtime.ready || snapshot.runtime.store.is_none_or(|store| store.trouble.is_none()) {
        return Err("a full disk is not seen in the snapshot".into());
    }
    fail::cfg("store.commit.before", "off")?;
    let freed = Instant::now();
    while let Err(error) = runtime.emit(Work(item(10))).await {
        if freed.elapsed() > RESUMES_WITHIN {
            return Err(format!("{error} {RESUMES_WITHIN:?} after there is room").into());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    folder.add(Lines::Acknowledged, item(10))?;
    say(&format!("resumed after {} ms", freed.elapsed().as_millis()))?;
    if !runtime.snapshot().runtime.ready {
        return Err("not ready after there is room".into());
    }
    runtime.shutdown().await;
    Ok(())
}

/// A sync of the disk fails once: from then on nothing is acknowledged.
async fn sync(folder: Folder) -> Result {
    let runtime = start(&folder).await?;
    let item = |number| Item { emitter: 0, number };
    runtime.emit(Work(item(0))).await?;
    folder.add(Lines::Acknowledged, item(0))?;
    fail::cfg("store.commit.before", "1*return(sync)")?;
    for number in 1..10 {
        match runtime.emit(Work(item(number))).await {
            Err(EmitError::StorageFailed { event: "CRASH_WORK", .. }) => {}
            other => return Err(format!("a failed sync gives {other:?}").into()),
        }
        runtime.emit(Tick).await?;
    }
    runtime.shutdown().await;
    Ok(())
}

fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}
