//! The daemon that judges the stored games.
//!
//! The score of a config is computed from what is really in the database, so it is the same whoever
//! asks and whenever the process was started. No games have no score: nothing is told of a config
//! until there is something to know. A change is told when it is one: by 0.1 or more, to another
//! class, or across the threshold. What was told is kept in the store of the runtime, if it has one,
//! so that a new start tells nothing again.

mod hourly_limit;
mod news;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

use self::hourly_limit::{HourlyLimit, Moment};
use self::news::news;
use crate::events::games::NewGamesAvailable;
use crate::events::quality::{
    CheckType, HighQualityDataAvailable, LowQualityDataWarning, QualityCheckFailed, QualityCheckRequested,
    QualityScoreUpdated,
};
use crate::events::training::TrainingCompleted;
use crate::kept;
use crate::workload::config_key::ConfigKey;
use crate::workload::games::{GameDb, ReadError};
use crate::workload::quality::{self, QualityClass};

/// `[daemons.quality_monitor]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct QualityConfig {
    /// Below this score a config deserves a warning.
    pub quality_threshold: f64,
    /// How many warnings any hour may have; the others are counted, and the score is told anyway.
    pub max_alerts_per_hour: u32,
}

impl Default for QualityConfig {
    fn default() -> Self {
        Self { quality_threshold: quality::WARNING, max_alerts_per_hour: 10 }
    }
}

/// Scores the stored games of each config, and warns when they are bad.
#[daemon(
    category = "health",
    depends_on = [EventRouter],
    emits = [QualityScoreUpdated, LowQualityDataWarning, HighQualityDataAvailable, QualityCheckFailed],
    cycle = "15s",
    config = QualityConfig,
    profiles = ["local", "coordinator"]
)]
pub struct QualityMonitor {
    #[config]
    config: QualityConfig,
    #[inject]
    games: GameDb,
    checks_performed: AtomicU64,
    alerts_emitted: AtomicU64,
    alerts_suppressed: AtomicU64,
    judged: Mutex<BTreeMap<ConfigKey, Judged>>,
    alerts: Mutex<HourlyLimit>,
    kept: Mutex<Kept>,
}

/// What outlives a restart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    /// The score of each config that the others were told last.
    told: BTreeMap<ConfigKey, f64>,
    /// When there were warnings, in milliseconds since 1970.
    warned_at: Vec<u64>,
}

/// What is known of a config; `None` when there are no games to judge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
struct Judged {
    score: Option<f64>,
    /// The score that the others were told last.
    told: Option<f64>,
}

/// The scores of some configs, as of now.
type Scores = BTreeMap<ConfigKey, Option<f64>>;

impl Daemon for QualityMonitor {
    async fn on_start(&self, cx: &Context<Self>) -> DaemonResult {
        let kept: Kept = kept::load(cx).await;
        let known = |(key, told): (&ConfigKey, &f64)| (key.clone(), Judged { score: None, told: Some(*told) });
        *self.judged() = kept.told.iter().map(known).collect();
        *self.alerts() = HourlyLimit::resume(&kept.warned_at, Moment::now());
        *self.kept() = kept;
        Ok(())
    }

    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        let known: BTreeSet<ConfigKey> = self.judged().keys().cloned().collect();
        let games = self.games.clone();
        let scores = cx.spawn_blocking(move || scores_of_all(&games, known)).await?;
        self.conclude(cx, scores, CheckType::Periodic, None).await
    }

    async fn health(&self, cx: &Context<Self>) -> HealthReport {
        HealthReport::from_stats(&cx.stats())
            .detail("checks_performed", self.checks_performed.load(Relaxed))
            .detail("alerts_emitted", self.alerts_emitted.load(Relaxed))
            .detail("alerts_suppressed", self.alerts_suppressed.load(Relaxed))
            .detail("quality_threshold", self.config.quality_threshold)
            .detail("quality", &*self.judged())
    }
}

#[handlers]
impl QualityMonitor {
    #[on_event("NEW_GAMES_AVAILABLE")]
    async fn on_new_games(&self, _event: &NewGamesAvailable, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }

    /// Checks one config at once, also while a cycle is under way.
    #[on_event("QUALITY_CHECK_REQUESTED")]
    async fn on_check_requested(&self, event: &QualityCheckRequested, cx: &Context<Self>) -> DaemonResult {
        let (games, key) = (self.games.clone(), event.config_key.clone());
        let scores = cx.spawn_blocking(move || scores_of([key], &games)).await?;
        if scores.as_ref().is_ok_and(|scores| scores.values().all(Option::is_none)) {
            let reason = "there are no games to judge".to_owned();
            cx.emit(self.failed_check(reason, CheckType::Requested, Some(&event.config_key))).await?;
        }
        self.conclude(cx, scores, CheckType::Requested, Some(&event.config_key)).await
    }

    /// A new model plays other games, whose warnings are counted anew.
    #[on_event("TRAINING_COMPLETED")]
    async fn on_training_completed(&self, _event: &TrainingCompleted, cx: &Context<Self>) -> DaemonResult {
        self.alerts().reset();
        self.keep(cx).await
    }
}

impl QualityMonitor {
    fn judged(&self) -> MutexGuard<'_, BTreeMap<ConfigKey, Judged>> {
        self.judged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn alerts(&self) -> MutexGuard<'_, HourlyLimit> {
        self.alerts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was told, unless it is what is kept already.
    async fn keep(&self, cx: &Context<Self>) -> DaemonResult {
        let told = self.judged().iter().filter_map(|(key, judged)| Some((key.clone(), judged.told?))).collect();
        let kept = Kept { told, warned_at: self.alerts().kept() };
        if *self.kept() != kept {
            kept::save(cx, &kept).await?;
            *self.kept() = kept;
        }
        Ok(())
    }

    /// Tells what a check has found, or that it found nothing.
    async fn conclude(
        &self,
        cx: &Context<Self>,
        scores: Result<Scores, ReadError>,
        check_type: CheckType,
        config_key: Option<&ConfigKey>,
    ) -> DaemonResult {
        self.checks_performed.fetch_add(1, Relaxed);
        match scores {
            Ok(scores) => {
                for (key, score) in scores {
                    self.tell(cx, key, score).await?;
                }
                self.keep(cx).await
            }
            Err(error) => {
                cx.emit(self.failed_check(error.to_string(), check_type, config_key)).await?;
                Err(error.into())
            }
        }
    }

    /// Tells a score if it is news.
    async fn tell(&self, cx: &Context<Self>, config_key: ConfigKey, score: Option<f64>) -> DaemonResult {
        let Some((last_quality, news)) = self.note(&config_key, score) else {
            return Ok(());
        };
        let quality_category = QualityClass::of(score);
        tracing::info!(%config_key, quality_score = score, quality = ?quality_category, "scored");
        let update = QualityScoreUpdated { config_key, quality_score: score, quality_category, last_quality };
        cx.emit(update.clone()).await?;
        let (config_key, Some(quality_score)) = (update.config_key, score) else {
            return Ok(());
        };
        if news.is_low {
            self.warn(cx, config_key, quality_score).await?;
        } else if news.is_recovered {
            tracing::info!(%config_key, quality_score, "the stored games are good again");
            cx.emit(HighQualityDataAvailable { config_key, quality_score }).await?;
        }
        Ok(())
    }

    /// Takes a score in, and compares it with what was told, in one step: a cycle and a handler may
    /// be here at once.
    fn note(&self, key: &ConfigKey, score: Option<f64>) -> Option<(Option<f64>, news::News)> {
        let mut judged = self.judged();
        let last = judged.get(key).and_then(|judged| judged.told);
        let news = news(last, score, self.config.quality_threshold);
        if score.is_some() || last.is_some() {
            let told = if news.is_some() { score } else { last };
            judged.insert(key.clone(), Judged { score, told });
        }
        news.map(|news| (last, news))
    }

    async fn warn(&self, cx: &Context<Self>, config_key: ConfigKey, quality_score: f64) -> DaemonResult {
        let threshold = self.config.quality_threshold;
        let is_allowed = self.alerts().allow(self.config.max_alerts_per_hour, Moment::now());
        tracing::warn!(%config_key, quality_score, threshold, is_allowed, "the stored games are bad");
        if !is_allowed {
            self.alerts_suppressed.fetch_add(1, Relaxed);
            return Ok(());
        }
        self.alerts_emitted.fetch_add(1, Relaxed);
        Ok(cx.emit(LowQualityDataWarning { config_key, quality_score, threshold }).await?)
    }

    fn failed_check(
        &self,
        reason: String,
        check_type: CheckType,
        config_key: Option<&ConfigKey>,
    ) -> QualityCheckFailed {
        let last_quality = config_key.and_then(|key| self.judged().get(key)?.told);
        let current_state = QualityClass::of(last_quality);
        QualityCheckFailed { reason, check_type, last_quality, current_state, config_key: config_key.cloned() }
    }
}

fn scores_of_all(games: &GameDb, mut known: BTreeSet<ConfigKey>) -> Result<Scores, ReadError> {
    known.extend(games.games_per_config()?.into_keys());
    scores_of(known, games)
}

fn scores_of(keys: impl IntoIterator<Item = ConfigKey>, games: &GameDb) -> Result<Scores, ReadError> {
    let score = |key| games.quality_facts(&key).map(|facts| (key, quality::score(&facts)));
    keys.into_iter().map(score).collect()
}

#[cfg(test)]
mod tests;
