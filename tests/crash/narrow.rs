//! A disk with room for small events, and none for the large one that a handler emits.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use ringrift_core::{Registry, Runtime, prelude::*};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{files::Folder, roles::Result};

/// How many pages the file may grow by: more than the writer tries, and fewer than a large event has.
const PAGES: u32 = 40;
/// How often the handler is let run.
const RUNS: usize = 3;
/// How long they are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks for a large event.
#[event("NARROW_ASK", external, durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ask;

/// A large event.
#[event("NARROW_LARGE", durable)]
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Large(String);

/// When the handler was begun.
#[derive(Debug, Clone, Default)]
struct Begun(Arc<Mutex<Vec<Instant>>>);

/// Emits a large event.
#[daemon(category = "misc", emits = [Large], register = false)]
struct Writer {
    #[inject]
    begun: Begun,
}
impl Daemon for Writer {}

#[handlers]
impl Writer {
    #[on_event("NARROW_ASK")]
    async fn on_ask(&self, _ask: &Ask, cx: &Context<Self>) -> DaemonResult {
        self.begun.0.lock().map_err(|_| "poisoned")?.push(Instant::now());
        Ok(cx.emit(Large("x".repeat(1 << 19))).await?)
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// The milliseconds from each beginning of the handler to the next.
    pub ms: Vec<u64>,
    /// How many dead letters there were.
    pub dead: u64,
}

/// Lets a handler be refused what other writes are not.
pub(super) async fn narrow(folder: &Folder) -> Result<Figures> {
    let (begun, registry) = (Begun::default(), Registry::empty().with::<Writer>());
    let builder = Runtime::builder().registry(registry).provide(begun.clone()).data_dir(folder.store_folder());
    let runtime = builder.start().await?;
    runtime.started().await;
    let pages: u32 = Connection::open(folder.store())?.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    fail::cfg("store.pages", &format!("return({})", pages + PAGES))?;
    runtime.emit(Ask).await?;
    let begun = || begun.0.lock().map_or_else(|_| Vec::new(), |begun| begun.clone());
    let since = Instant::now();
    while begun().len() < RUNS {
        if since.elapsed() > PATIENCE {
            return Err(format!("begun {} times in {PATIENCE:?}", begun().len()).into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ms = begun().windows(2).map(|pair| (pair[1] - pair[0]).as_millis() as u64).collect();
    let dead = runtime.snapshot().deliveries.dead;
    runtime.shutdown().await;
    Ok(Figures { ms, dead })
}
