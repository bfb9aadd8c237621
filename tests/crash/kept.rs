//! What is kept by `cx.state()`, and by an operator's hand: a later process finds the last that was acknowledged, or
//! what was asked for after it.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    time::Duration,
};

use ringrift_core::{Runtime, StateName::Disabled, prelude::*, runtime::Dependents};

use super::{
    files::{Folder, Item, Lines},
    roles::Result,
};

/// What a line says of a value; it stands in the place of the emitter.
const ASKED: u64 = 0;
const ACKNOWLEDGED: u64 = 1;
const FOUND: u64 = 2;
/// How long the operator rests: a kill is to come after an acknowledgement, too.
const REST: Duration = Duration::from_millis(5);

fn note(folder: &Folder, lines: Lines, emitter: u64, number: u64) -> io::Result<()> {
    folder.add(lines, Item { emitter, number })
}

/// Counts in its state, over all processes.
#[daemon(category = "misc", cycle = "2ms", register = false)]
pub struct Counter {
    #[inject]
    folder: Folder,
    count: AtomicU64,
}

impl Daemon for Counter {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        let found = cx.state::<u64>().load().await?;
        self.count.store(found, SeqCst);
        Ok(note(&self.folder, Lines::Counted, FOUND, found)?)
    }

    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        note(&self.folder, Lines::Counted, ASKED, self.count.load(SeqCst) + 1)?;
        let count = cx.state().update(|count: &mut u64| *count += 1).await?;
        self.count.store(count, SeqCst);
        Ok(note(&self.folder, Lines::Counted, ACKNOWLEDGED, count)?)
    }
}

/// Is disabled and enabled by an operator.
#[daemon(category = "misc", register = false)]
pub struct Switched;

impl Daemon for Switched {}

/// Notes whether a process that has just started found it disabled.
pub(super) fn note_found(runtime: &Runtime, folder: &Folder) -> Result {
    let is_off = runtime.state(Switched::TYPE)?.name() == Disabled;
    Ok(note(folder, Lines::Switched, FOUND, u64::from(is_off))?)
}

/// Disables and enables it over and over.
pub(super) async fn operate(runtime: &Runtime, folder: &Folder) -> Result {
    loop {
        let is_off = runtime.state(Switched::TYPE)?.name() == Disabled;
        let wanted = u64::from(!is_off);
        note(folder, Lines::Switched, ASKED, wanted)?;
        if is_off {
            runtime.enable_daemon(Switched::TYPE).await?;
        } else {
            runtime.disable_daemon(Switched::TYPE, Dependents::Refuse).await?;
        }
        note(folder, Lines::Switched, ACKNOWLEDGED, wanted)?;
        tokio::time::sleep(REST).await;
    }
}

/// How many values were acknowledged, and what is wrong with those that were found.
///
/// # Errors
/// When the lines can't be read.
pub fn check(folder: &Folder, lines: Lines) -> io::Result<(usize, Vec<String>)> {
    let (mut asked, mut acknowledged, mut count, mut wrong) = (0, 0, 0, Vec::new());
    for Item { emitter, number } in folder.read(lines)? {
        match emitter {
            ACKNOWLEDGED if number != asked => wrong.push(format!("{lines:?}: {asked} was asked for, and is {number}")),
            FOUND if number != acknowledged && number != asked => {
                wrong.push(format!("{lines:?}: {number} found, {acknowledged} acknowledged, {asked} asked for"));
            }
            _ => {}
        }
        count += usize::from(emitter == ACKNOWLEDGED);
        asked = number;
        if emitter != ASKED {
            acknowledged = number;
        }
    }
    Ok((count, wrong))
}
