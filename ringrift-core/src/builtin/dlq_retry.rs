//! Retries dead letters: only the handler that failed, and only while its daemon runs.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

use super::event_router::EventRouter;
use crate::{
    delivery::dead_letters::{Letter, LetterState},
    prelude::*,
};

/// Dead letters were given up as too old, and stay for a person; or many wait.
#[event("DLQ_STALE_EVENTS")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DlqStaleEvents {
    /// How many were given up; none when it is only said that many wait.
    pub stale_count: u64,
    /// How many wait.
    pub pending_count: u64,
    /// The types of the events that were given up, and of those that wait if there are many.
    pub event_types: Vec<String>,
    /// The age at which they are too old, in hours.
    pub max_stale_hours: u64,
    /// When this was seen.
    pub timestamp: SystemTime,
}

/// Dead letters were retried, and their handlers succeeded.
#[event("DLQ_EVENTS_REPLAYED")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DlqEventsReplayed {
    /// How many since the last such event.
    pub recovered_count: u64,
    /// The types of their events.
    pub event_types: Vec<String>,
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

/// From so many on it is announced that they wait; once, until they are fewer again.
const MANY: u64 = 50;

const WEEK: Duration = Duration::from_secs(168 * 3600);

impl Default for DlqRetryConfig {
    fn default() -> Self {
        Self { batch: 100, stale_after: WEEK, purge_after: WEEK }
    }
}

/// Retries dead letters after 60, 120, 240 .. 3600 s, 5 times.
///
/// RingRift looks every 60 s and retries 10. A first retry would come up to 60 s too late by that, and the 10,000
/// letters that are kept would take 16 hours.
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
    /// Whether it was announced that many wait.
    are_many: AtomicBool,
}

impl Daemon for DlqRetry {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        self.retry_due(cx);
        self.give_up_stale(cx).await?;
        self.purge(cx).await?;
        cx.life().world.router.recall_letters().await;
        let recovered = cx.life().world.router.letters.take_recovered();
        if recovered.is_empty() {
            return Ok(());
        }
        let recovered_count = recovered.values().sum();
        Ok(cx.emit(DlqEventsReplayed { recovered_count, event_types: recovered.into_keys().collect() }).await?)
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
        let pending_count = world.router.letters.counts().pending;
        let are_many = pending_count >= MANY;
        let is_news = !self.are_many.swap(are_many, Relaxed) && are_many;
        if stale.is_empty() && !is_news {
            return Ok(());
        }
        let mut event_types: BTreeSet<String> = stale.iter().map(|letter| letter.event.name().to_owned()).collect();
        if are_many {
            event_types.extend(world.router.letters.pending_types());
        }
        let event = DlqStaleEvents {
            stale_count: stale.len() as u64,
            pending_count,
            event_types: event_types.into_iter().collect(),
            max_stale_hours: age.as_secs() / 3600,
            timestamp: now.wall,
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
