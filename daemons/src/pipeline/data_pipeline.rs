//! The daemon that takes in the games of the inbox.
//!
//! A cycle looks which files are complete and stores them, one after the other. Each game is stored
//! once, whatever is dropped how often and whenever the process dies; a line that is no game goes
//! into quarantine and is logged. A file that can't be taken in stays where it is, is named in the
//! health report, and is tried again with each cycle; the others do not wait for it.
//!
//! What is stored is announced, also when the process that stored it died before it could: the
//! database knows which games nobody was told of yet.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ringrift_core::prelude::*;
use serde::Serialize;
use tokio::time::Instant;

use crate::data_folder::DataFolder;
use crate::events::games::{NewGamesAvailable, SelfplayComplete};
use crate::events::quality::{QualityCheckFailed, QualityScoreUpdated};
use crate::kept;
use crate::workload::config_key::ConfigKey;
use crate::workload::games::GameDb;
use crate::workload::games::store::StoreError;
use crate::workload::inbox::ingest::{IngestError, IngestReport, ingest_file};
use crate::workload::inbox::watch::{Listing, Watch, list};

/// Stores the games of the inbox, each once.
#[daemon(
    category = "pipeline",
    depends_on = [EventRouter],
    emits = [NewGamesAvailable],
    cycle = "2s",
    profiles = ["local", "coordinator"]
)]
pub struct DataPipeline {
    #[inject]
    games: GameDb,
    #[inject]
    folder: DataFolder,
    watch: Mutex<Watch>,
    progress: Mutex<Progress>,
}

/// What this incarnation has done, and what is in its way.
#[derive(Debug, Default, Serialize)]
struct Progress {
    files: u64,
    games: u64,
    duplicates: u64,
    quarantined: u64,
    /// What is known of the quality of each config.
    quality: BTreeMap<ConfigKey, f64>,
    /// The entries of the inbox that can't be taken in, with the reason.
    #[serde(skip)]
    stuck: BTreeMap<PathBuf, String>,
}

impl Daemon for DataPipeline {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        let quality = kept::load(cx).await;
        self.progress().quality = quality;
        Ok(())
    }

    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        for path in self.complete_files(cx).await? {
            if cx.shutdown().is_cancelled() {
                break;
            }
            cx.heartbeat();
            match self.take_in(cx, path.clone()).await? {
                Ok(report) => {
                    self.note(&path, &report);
                    self.announce(cx).await?;
                }
                Err(IngestError::Stopped { .. }) => break,
                Err(error @ (IngestError::Read(_) | IngestError::Store(StoreError::Sqlite(_)))) => {
                    return Err(error.into());
                }
                Err(error) => self.note_stuck(path, &error),
            }
        }
        // What a process stored that died before it told, and what of a file that is stuck.
        self.announce(cx).await
    }

    async fn health(&self, cx: &Context<Self>) -> HealthReport {
        let mut report = HealthReport::from_stats(&cx.stats());
        let progress = self.progress();
        if report.status.is_healthy() && !progress.stuck.is_empty() {
            let details = std::mem::take(&mut report.details);
            let message = format!("files of the inbox that cannot be taken in: {}", progress.stuck.len());
            report = HealthReport { details, ..HealthReport::degraded(message) };
        }
        report.detail("taken_in", &*progress).detail("stuck", &progress.stuck)
    }
}

#[handlers]
impl DataPipeline {
    #[on_event("SELFPLAY_COMPLETE")]
    async fn on_selfplay_complete(&self, _event: &SelfplayComplete, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }

    #[on_event("QUALITY_SCORE_UPDATED")]
    async fn on_quality(&self, event: &QualityScoreUpdated, cx: &Context<Self>) -> DaemonResult {
        let key = &event.config_key;
        match event.quality_score {
            Some(score) => _ = self.progress().quality.insert(key.clone(), score),
            None => _ = self.progress().quality.remove(key),
        }
        self.keep_quality(cx).await
    }

    /// What could not be checked is not known any more.
    #[on_event("QUALITY_CHECK_FAILED")]
    async fn on_failed_check(&self, event: &QualityCheckFailed, cx: &Context<Self>) -> DaemonResult {
        match &event.config_key {
            Some(key) => _ = self.progress().quality.remove(key),
            None => self.progress().quality.clear(),
        }
        self.keep_quality(cx).await
    }
}

impl DataPipeline {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Over restarts and processes: a score is told once, and not again before it changes.
    async fn keep_quality(&self, cx: &Context<Self>) -> DaemonResult {
        let quality = self.progress().quality.clone();
        kept::save(cx, &quality).await
    }

    async fn complete_files(&self, cx: &Context<Self>) -> DaemonResult<Vec<PathBuf>> {
        let inbox = self.folder.inbox();
        let listing = cx.spawn_blocking(move || list_or_make(&inbox)).await??;
        let Listing { files, unreadable } = listing;
        let is_there = |path: &PathBuf| {
            files.iter().any(|file| file.path == *path) || unreadable.iter().any(|(other, _)| other == path)
        };
        self.progress().stuck.retain(|path, _| is_there(path));
        for (path, error) in unreadable {
            self.note_stuck(path, &error);
        }
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(watch.look(&files, Instant::now()))
    }

    /// Stores one file.
    async fn take_in(&self, cx: &Context<Self>, path: PathBuf) -> DaemonResult<Result<IngestReport, IngestError>> {
        let (games, watched) = (self.games.clone(), cx.clone());
        let should_stop = move || {
            watched.heartbeat();
            watched.shutdown().is_cancelled()
        };
        Ok(cx.spawn_blocking(move || ingest_file(&games, &path, &should_stop)).await?)
    }

    /// In a task of its own: a cycle that is dropped does not come between an announcement and its mark.
    async fn announce(&self, cx: &Context<Self>) -> DaemonResult {
        cx.spawn(announce(cx.clone(), self.games.clone(), self.folder.database())).await?
    }

    fn note(&self, path: &Path, report: &IngestReport) {
        let games: u64 = report.stored_per_config.values().sum();
        for line in &report.quarantined {
            tracing::warn!(file = line.file, line = line.line, reason = line.reason, "a line is in quarantine");
        }
        let IngestReport { lines, duplicates, quarantined_total: quarantined, .. } = *report;
        tracing::info!(file = %path.display(), lines, games, duplicates, quarantined, "a file is stored");
        let mut progress = self.progress();
        progress.files += 1;
        progress.games += games;
        progress.duplicates += duplicates;
        progress.quarantined += quarantined;
        progress.stuck.remove(path);
    }

    /// Logged when it is news: a file that stays is tried with each cycle.
    fn note_stuck(&self, path: PathBuf, error: &(dyn std::error::Error + 'static)) {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        let reason = format!("{error}{cause}");
        let mut progress = self.progress();
        if progress.stuck.get(&path) != Some(&reason) {
            tracing::warn!(file = %path.display(), reason, "a file cannot be taken in");
            progress.stuck.insert(path, reason);
        }
    }
}

/// Somebody may clear away the whole folder; that stops nobody.
fn list_or_make(inbox: &Path) -> io::Result<Listing> {
    fs::create_dir_all(inbox)?;
    list(inbox)
}

/// Announces the games that nobody was told of yet, here or in a process that died too early.
///
/// They are marked after it: what is cut off in between is told again, to those who listen then. A stop
/// leaves the rest to the next start, since who listens may have stopped already.
async fn announce(cx: Context<DataPipeline>, games: GameDb, database: PathBuf) -> DaemonResult {
    let db = games.clone();
    for told in cx.spawn_blocking(move || db.unannounced()).await?? {
        if cx.shutdown().is_cancelled() {
            break;
        }
        let source = Path::new(&told.file).file_name().unwrap_or_default().to_string_lossy().into_owned();
        cx.emit(NewGamesAvailable::new(told.config_key.clone(), told.games, source, database.clone())).await?;
        let db = games.clone();
        cx.spawn_blocking(move || db.mark_announced(&told)).await??;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
