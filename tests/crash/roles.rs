//! What a victim does: it works until it is killed, or drains what others left.

use std::{
    error::Error,
    io::{self, Write},
    path::PathBuf,
    time::Duration,
};

use ringrift_core::{Registry, Runtime};
use tokio::{sync::watch, task::JoinSet};

use super::{
    blocked::{Culprit, among_others},
    daemons::{Beside, Follower, Work, Worker},
    disk,
    files::{Folder, Item, Lines},
    kept::{self, Counter, Switched},
    narrow, poison, recovery, slow, starved, storm, suspend,
};

pub(super) type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many tasks emit at once.
pub const EMITTERS: u64 = 4;
/// How long an emitter rests between two events.
const PACE: Duration = Duration::from_millis(1);

const USAGE: &str = "torture work <folder> <round> [<events>] | drain <folder> | full <folder> | fill <folder> | \
    pages <folder> | sync <folder> | letter <folder> kill|room | starve <folder> | narrow <folder> | storm <events> <subscribers> | \
    block <workers> | hang | cling | slow <seconds> | poison transient|durable <events> | suspend <folder> | \
    owe <folder> <events> | recover <folder>";

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
        ["full", path] => disk::full(folder(path)).await,
        ["fill", path] => disk::fill(folder(path)).await,
        ["pages", path] => disk::pages(folder(path)).await,
        ["sync", path] => disk::sync(folder(path)).await,
        ["letter", path, end] => disk::letter(folder(path), end).await,
        ["starve", path] => tell(&starved::starve(&folder(path)).await?),
        ["narrow", path] => tell(&narrow::narrow(&folder(path)).await?),
        ["storm", events, subscribers] => tell(&storm::storm(events.parse()?, subscribers.parse()?).await?),
        ["slow", seconds] => tell(&slow::slow(Duration::from_secs(seconds.parse()?)).await?),
        ["poison", kind, events] => tell(&poison::poison(kind.parse()?, events.parse()?).await?),
        ["suspend", path] => tell(&suspend::work(folder(path)).await?),
        ["owe", path, events] => recovery::owe(folder(path), events.parse()?).await,
        ["recover", path] => tell(&recovery::recover(folder(path)).await?),
        ["block", workers] => tell(&among_others(Culprit::Blocks(workers.parse()?)).await?),
        ["hang"] => tell(&among_others(Culprit::Hangs).await?),
        ["cling"] => tell(&among_others(Culprit::Clings).await?),
        _ => Err(USAGE.into()),
    }
}

pub(super) async fn start(folder: &Folder) -> Result<Runtime> {
    let registry = Registry::empty().with::<Worker>().with::<Follower>().with::<Beside>();
    let registry = registry.with::<Counter>().with::<Switched>();
    let builder = Runtime::builder().registry(registry).provide(folder.clone()).data_dir(folder.store_folder());
    let runtime = builder.start().await?;
    runtime.started().await;
    kept::note_found(&runtime, folder)?;
    Ok(runtime)
}

/// Emits from several tasks until it is killed, or each has emitted so many.
async fn work(folder: Folder, round: u64, events: u64) -> Result {
    let runtime = start(&folder).await?;
    let (_never, is_over) = watch::channel(false);
    tokio::select! {
        emitted = emit(&runtime, &folder, round, 0..events, is_over) => emitted?,
        refused = kept::operate(&runtime, &folder) => refused?,
    }
    runtime.shutdown().await;
    Ok(())
}

/// Several tasks that emit; each ends with its numbers, or when it is over.
pub(super) async fn emit(
    runtime: &Runtime,
    folder: &Folder,
    round: u64,
    numbers: impl Iterator<Item = u64> + Clone + Send + 'static,
    is_over: watch::Receiver<bool>,
) -> Result {
    let mut emitters = JoinSet::new();
    for emitter in 0..EMITTERS {
        let (runtime, folder, numbers, is_over) = (runtime.clone(), folder.clone(), numbers.clone(), is_over.clone());
        emitters.spawn(async move {
            for number in numbers.take_while(|_| !*is_over.borrow()) {
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
    Ok(())
}

/// Lets everything that is owed come to an end.
async fn drain(folder: Folder) -> Result {
    let runtime = start(&folder).await?;
    while !runtime.snapshot().deliveries.is_closed() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    runtime.shutdown().await;
    Ok(())
}

/// The figures, as a line of JSON.
fn tell(figures: &impl serde::Serialize) -> Result {
    Ok(say(&serde_json::to_string(figures)?)?)
}

pub(super) fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}
