//! Retries dead letters: only the handler that failed, and only while its daemon runs.

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use super::event_router::EventRouter;
use crate::{
    delivery::dead_letters::{Letter, LetterState},
    prelude::*,
};

/// Dead letters that are too old to be retried were given up; they stay, for a person.
#[event("DLQ_STALE_EVENTS")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DlqStaleEvents {
    /// How many.
    pub stale_count: u64,
    /// The types of their events.
    pub event_types: Vec<String>,
    /// The age at which they are too old, in hours.
    pub max_stale_hours: u64,
}

/// Dead letters were retried, and their handlers succeeded.
#[event("DLQ_EVENTS_REPLAYED")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DlqEventsReplayed {
    /// How many since the last such event.
    pub recovered_count: u64,
}

/// Exhausted dead letters were discarded because of their age.
#[event("DLQ_EVENTS_PURGED")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DlqEventsPurged {
    /// How many.
    pub count: u64,
    /// Why.
    pub reason: String,
}

/// `[daemons.dlq_retry]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct DlqRetryConfig {
    /// How many retries one cycle begins.
    pub batch: usize,
    /// The age at which a dead letter is given up.
    #[serde(with = "crate::config::duration")]
    pub stale_after: Duration,
    /// How long an exhausted one is kept before it is discarded, also of a durable event; and one that is recovered or
    /// discarded, before it is forgotten.
    #[serde(with = "crate::config::duration")]
    pub purge_after: Duration,
}

const WEEK: Duration = Duration::from_secs(168 * 3600);

impl Default for DlqRetryConfig {
    fn default() -> Self {
        Self { batch: 100, stale_after: WEEK, purge_after: WEEK }
    }
}

/// Retries dead letters after 60, 120, 240 .. 3600 s, 5 times.
#[daemon(
    category = "event",
    depends_on = [EventRouter],
    emits = [DlqStaleEvents, DlqEventsReplayed, DlqEventsPurged],
    cycle = "10s",
    config = DlqRetryConfig
)]
pub struct DlqRetry {
    #[config]
    config: DlqRetryConfig,
}

impl Daemon for DlqRetry {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        self.retry_due(cx);
        self.give_up_stale(cx).await?;
        self.purge(cx).await?;
        cx.life().world.router.recall_letters().await;
        let recovered_count = cx.life().world.router.letters.take_recovered();
        if recovered_count > 0 {
            cx.emit(DlqEventsReplayed { recovered_count }).await?;
        }
        Ok(())
    }

    async fn health(&self, cx: &Context<Self>) -> HealthReport {
        HealthReport::from_stats(&cx.stats()).detail("dead_letters", cx.life().world.router.letters.counts())
    }
}

impl DlqRetry {
    /// No attempt is spent while the target does not run: the letter stays due.
    fn retry_due(&self, cx: &Context<Self>) {
        let world = &cx.life().world;
        let due = world.router.due_letters(self.config.batch);
        let begun = due.iter().filter(|id| world.router.retry_letter(**id).is_ok()).count();
        if !due.is_empty() {
            tracing::info!(due = due.len(), begun, "retries dead letters");
        }
    }

    async fn give_up_stale(&self, cx: &Context<Self>) -> DaemonResult {
        let world = &cx.life().world;
        let (now, age) = (world.clock.moment(), self.config.stale_after);
        let stale = world.router.letters.exhaust(now, |letter| letter.is_over(letter.last_failed, now, age));
        if stale.is_empty() {
            return Ok(());
        }
        let event_types: BTreeSet<&str> = stale.iter().map(|letter| letter.event.name()).collect();
        let event = DlqStaleEvents {
            stale_count: stale.len() as u64,
            event_types: event_types.into_iter().map(str::to_owned).collect(),
            max_stale_hours: self.config.stale_after.as_secs() / 3600,
        };
        Ok(cx.emit(event).await?)
    }

    async fn purge(&self, cx: &Context<Self>) -> DaemonResult {
        let world = &cx.life().world;
        let (now, age) = (world.clock.moment(), self.config.purge_after);
        // Counted from when it was given up or settled, so that a person has had the time to look at it.
        let is_done = |letter: &Letter| letter.state != LetterState::Pending && letter.is_over(letter.since, now, age);
        let purged = world.router.purge_letters(is_done);
        let count = purged.iter().filter(|letter| !letter.state.is_settled()).count() as u64;
        if count == 0 {
            return Ok(());
        }
        let reason = format!("exhausted and older than {}", humantime::format_duration(age));
        Ok(cx.emit(DlqEventsPurged { count, reason }).await?)
    }
}
