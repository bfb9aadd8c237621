//! A disk with room for small events, and none for the large one that a handler emits.

use std::{sync::Arc, time::Duration};

use ringrift_core::{Registry, Runtime, prelude::*};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tokio::{sync::Notify, time::Instant};

use super::{files::Folder, roles::Result};

/// How many pages the file may grow by: more than the writer tries, and fewer than a large event has.
const PAGES: u32 = 40;
/// How often the handler is let run.
const RUNS: u64 = 3;
/// How long a run is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks for a large event.
#[event("NARROW_ASK", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ask;

/// A large event.
#[event("NARROW_LARGE", durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Large(String);

/// Rings whenever the handler is begun.
#[derive(Debug, Clone, Default)]
struct Bell(Arc<Notify>);

/// Emits a large event.
#[daemon(category = "misc", emits = [Large], register = false)]
struct Writer {
    #[inject]
    bell: Bell,
}
impl Daemon for Writer {}

#[handlers]
impl Writer {
    #[on_event("NARROW_ASK")]
    async fn on_ask(&self, _ask: &Ask, cx: &Context<Self>) -> DaemonResult {
        self.bell.0.notify_one();
        Ok(cx.emit(Large("x".repeat(1 << 19))).await?)
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// How often the handler was begun.
    pub begun: u64,
    /// In how many milliseconds, from the first time to the last.
    pub ms: u64,
    /// How many dead letters there were.
    pub dead: u64,
}

/// Lets a handler be refused what other writes are not.
pub(super) async fn narrow(folder: &Folder) -> Result<Figures> {
    let (bell, registry) = (Bell::default(), Registry::empty().with::<Writer>());
    let builder = Runtime::builder().registry(registry).provide(bell.clone()).data_dir(folder.store_folder());
    let runtime = builder.start().await?;
    runtime.started().await;
    let pages: u32 = Connection::open(folder.store())?.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    fail::cfg("store.pages", &format!("return({})", pages + PAGES))?;
    runtime.emit(Ask).await?;
    let rings = || tokio::time::timeout(PATIENCE, bell.0.notified());
    rings().await?;
    let first = Instant::now();
    for _ in 1..RUNS {
        rings().await?;
    }
    let ms = first.elapsed().as_millis() as u64;
    let dead = runtime.snapshot().deliveries.dead;
    runtime.shutdown().await;
    Ok(Figures { begun: RUNS, ms, dead })
}
