//! A process is killed with many deliveries pending: how long the next one takes to handle them.

use ringrift_core::{Registry, Runtime, prelude::*, runtime::Dependents};
use serde::{Deserialize, Serialize};
use tokio::{task::JoinSet, time::Instant};

use super::{files::Folder, roles::Result, storm::closed};

/// How many tasks emit at once: they share the syncs.
const EMITTERS: u64 = 100;

/// What is pending.
#[event("PENDING", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending(u64);

/// Handles it, and does nothing else.
#[daemon(category = "misc", register = false)]
pub struct Heir;

impl Daemon for Heir {}

#[handlers]
impl Heir {
    #[on_event("PENDING")]
    async fn on_pending(&self, _pending: &Pending, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How many deliveries an earlier process left.
    pub pending: u64,
    /// How many were handled.
    pub handled: u64,
    /// From the start of the runtime to the end of the last handler, in ms.
    pub ms: u64,
}

async fn start(folder: &Folder) -> Result<Runtime> {
    let builder = Runtime::builder().registry(Registry::empty().with::<Heir>()).data_dir(folder.store_folder());
    let runtime = builder.start().await?;
    runtime.started().await;
    Ok(runtime)
}

/// Emits so many events that nobody handles, and is killed.
pub(super) async fn owe(folder: Folder, events: u64) -> Result {
    let runtime = start(&folder).await?;
    runtime.stop_daemon(Heir::TYPE, Dependents::Refuse).await?;
    let mut emitters = JoinSet::new();
    for emitter in 0..EMITTERS {
        let runtime = runtime.clone();
        emitters.spawn(async move {
            for number in (emitter..events).step_by(EMITTERS as usize) {
                runtime.emit(Pending(number)).await?;
            }
            Result::Ok(())
        });
    }
    while let Some(emitter) = emitters.join_next().await {
        emitter??;
    }
    // No unwinding, no exit handlers: as kill -9.
    std::process::abort();
}

/// Handles what the killed process left.
pub(super) async fn recover(folder: Folder) -> Result<Figures> {
    let begun = Instant::now();
    let runtime = start(&folder).await?;
    let pending = runtime.snapshot().deliveries.owed;
    closed(&runtime).await?;
    let ms = begun.elapsed().as_millis() as u64;
    let handled = runtime.snapshot().deliveries.handled;
    runtime.shutdown().await;
    Ok(Figures { pending, handled, ms })
}
