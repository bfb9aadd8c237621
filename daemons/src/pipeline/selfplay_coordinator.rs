//! The daemon that plays games.
//!
//! A cycle takes the config with the least data, plays a batch of its games on all cores but one,
//! and puts them into the inbox as one file. It goes on until each config has `target_games`. While
//! the machine is short of something, no batch is begun.
//!
//! RingRift ranks the configs every 300 s and gives each 500 games for its cluster. Here each batch is
//! ranked anew, and a batch is what a stop, or a change of the ranks, may have to wait for.
//!
//! A stop ends the games under way within one play-out: they are not written, and those of the batch
//! that were finished are.

mod batch;
mod demand;
mod hex_config;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ringrift_core::prelude::*;
use serde::Deserialize;
use tokio::time::Instant;

use self::batch::Batch;
use self::demand::{Demand, Waiting, batches_in};
use self::hex_config::HexConfig;
use crate::data_folder::DataFolder;
use crate::events::cluster::{ClusterHealthDegraded, ClusterHealthy};
use crate::events::games::{NewGamesAvailable, SelfplayComplete};
use crate::events::quality::{HighQualityDataAvailable, LowQualityDataWarning, QualityScoreUpdated};
use crate::kept;
use crate::workload::config_key::ConfigKey;
use crate::workload::game::batch::write_batch;
use crate::workload::games::GameDb;

/// `[daemons.selfplay_coordinator]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct SelfplayConfig {
    /// What is played: boards of Hex for two players, `hex5_2p`.
    pub configs: Vec<HexConfig>,
    /// How many play-outs each move may cost.
    pub playouts: NonZeroU32,
    /// How many games go into one file.
    pub games_per_batch: NonZeroU32,
    /// A config with as many games as this is not played any more.
    pub target_games: u64,
}

impl Default for SelfplayConfig {
    fn default() -> Self {
        let configs = [5, 7].map(HexConfig::of_size).into();
        let [playouts, games_per_batch] = [200, 8].map(|n| NonZeroU32::new(n).expect("it is not 0"));
        Self { configs, playouts, games_per_batch, target_games: 10_000 }
    }
}

/// Plays games of the config that has the least data.
#[daemon(
    category = "pipeline",
    depends_on = [EventRouter],
    emits = [SelfplayComplete],
    cycle = "1s",
    config = SelfplayConfig,
    profiles = ["local", "selfplay"]
)]
pub struct SelfplayCoordinator {
    #[config]
    config: SelfplayConfig,
    #[inject]
    games: GameDb,
    #[inject]
    folder: DataFolder,
    demand: Mutex<Demand>,
    /// The games that came to their end.
    finished: Arc<AtomicU64>,
    progress: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    batches: u64,
    /// What is played just now.
    playing: Option<ConfigKey>,
    /// Why nothing is played.
    paused: Option<String>,
}

impl Daemon for SelfplayCoordinator {
    /// Finds the games that an earlier process played and nobody has stored, and recalls whose are bad.
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        let inbox = self.folder.inbox();
        let batches = cx.spawn_blocking(move || batches_in(&inbox)).await??;
        batches.into_iter().for_each(|batch| locked(&self.demand).add_waiting(batch));
        let bad: BTreeMap<ConfigKey, f64> = kept::load(cx).await;
        bad.into_iter().for_each(|(key, score)| locked(&self.demand).discount(key, score));
        Ok(())
    }

    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        if locked(&self.progress).paused.is_some() {
            return Ok(());
        }
        let Some(config) = self.next_config(cx).await? else {
            return Ok(());
        };
        let start = Instant::now();
        locked(&self.progress).playing = Some(config.key().clone());
        let batch = Batch::new(&config, self.config.playouts, self.config.games_per_batch);
        let games = batch.play(cx, &self.finished).await;
        locked(&self.progress).playing = None;
        let games = games?;
        if games.is_empty() {
            return Ok(());
        }
        let inbox = self.folder.inbox();
        let games_generated = games.len() as u64;
        let path = cx.spawn_blocking(move || write_batch(&inbox, &games)).await??;
        self.note(&config, games_generated, path.clone());
        if cx.shutdown().is_cancelled() {
            // Nobody may be left to hear of it, and whoever takes in the inbox finds the file.
            return Ok(());
        }
        let duration_seconds = start.elapsed().as_secs_f64();
        let config_key = config.key().clone();
        Ok(cx.emit(SelfplayComplete { config_key, games_generated, duration_seconds, path }).await?)
    }

    async fn health(&self, cx: &Context<Self>) -> HealthReport {
        let mut report = HealthReport::from_stats(&cx.stats());
        let progress = locked(&self.progress);
        if let Some(reason) = progress.paused.as_ref().filter(|_| report.status.is_healthy()) {
            let details = std::mem::take(&mut report.details);
            report = HealthReport { details, ..HealthReport::degraded(format!("paused: {reason}")) };
        }
        report
            .detail("batches", progress.batches)
            .detail("games_played", self.finished.load(Relaxed))
            .detail("playing", &progress.playing)
            .detail("games_that_count", locked(&self.demand).games())
    }
}

#[handlers]
impl SelfplayCoordinator {
    #[on_event("NEW_GAMES_AVAILABLE")]
    async fn on_new_games(&self, _event: &NewGamesAvailable, _cx: &Context<Self>) -> DaemonResult {
        locked(&self.demand).forget_counts();
        Ok(())
    }

    #[on_event("LOW_QUALITY_DATA_WARNING")]
    async fn on_low_quality(&self, event: &LowQualityDataWarning, cx: &Context<Self>) -> DaemonResult {
        locked(&self.demand).discount(event.config_key.clone(), event.quality_score);
        self.keep(cx).await
    }

    #[on_event("HIGH_QUALITY_DATA_AVAILABLE")]
    async fn on_high_quality(&self, event: &HighQualityDataAvailable, cx: &Context<Self>) -> DaemonResult {
        locked(&self.demand).count_in_full(&event.config_key);
        self.keep(cx).await
    }

    /// Games that are gone are not bad any more.
    #[on_event("QUALITY_SCORE_UPDATED")]
    async fn on_quality(&self, event: &QualityScoreUpdated, cx: &Context<Self>) -> DaemonResult {
        if event.quality_score.is_some() {
            return Ok(());
        }
        locked(&self.demand).count_in_full(&event.config_key);
        self.keep(cx).await
    }

    #[on_event("CLUSTER_HEALTH_DEGRADED")]
    async fn on_degraded(&self, event: &ClusterHealthDegraded, _cx: &Context<Self>) -> DaemonResult {
        tracing::warn!(reason = event.reason, "self-play pauses");
        locked(&self.progress).paused = Some(event.reason.clone());
        Ok(())
    }

    #[on_event("P2P_CLUSTER_HEALTHY")]
    async fn on_healthy(&self, _event: &ClusterHealthy, cx: &Context<Self>) -> DaemonResult {
        if locked(&self.progress).paused.take().is_some() {
            tracing::info!("self-play goes on");
            cx.request_cycle();
        }
        Ok(())
    }
}

impl SelfplayCoordinator {
    /// The config with the least data, if it has less than it should.
    async fn next_config(&self, cx: &Context<Self>) -> DaemonResult<Option<HexConfig>> {
        let (question, games) = (locked(&self.demand).ask(), self.games.clone());
        let answer = cx.spawn_blocking(move || question.answer(&games)).await?;
        let mut demand = locked(&self.demand);
        demand.take_in(answer)?;
        Ok(demand.next(&self.config.configs, self.config.target_games).cloned())
    }

    /// Keeps whose games are bad: nobody says it again.
    async fn keep(&self, cx: &Context<Self>) -> DaemonResult {
        let bad = locked(&self.demand).bad().clone();
        kept::save(cx, &bad).await
    }

    fn note(&self, config: &HexConfig, games: u64, path: PathBuf) {
        tracing::info!(config_key = %config.key(), games, file = %path.display(), "a batch of self-play is in the inbox");
        locked(&self.demand).add_waiting(Waiting { path, config_key: config.key().clone(), games });
        locked(&self.progress).batches += 1;
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
