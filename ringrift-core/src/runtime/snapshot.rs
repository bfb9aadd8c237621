//! The one value that every view shows.

use std::{collections::BTreeMap, time::SystemTime};

use serde::{Deserialize, Serialize};

use super::letters::DeadLetter;
use crate::{
    delivery::{account::AccountSnapshot, dead_letters::DeadLetterCounts},
    words::{
        category::Category,
        health::{HealthReport, HealthStatus},
        options::{Kind, Overflow},
        state::StateName,
        stats::DaemonStats,
    },
};

/// Everything the views show of one runtime, at one moment. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The process.
    pub runtime: RuntimeSnapshot,
    /// Every daemon of the registry, by name.
    pub daemons: Vec<DaemonSnapshot>,
    /// Every type of event, by name.
    pub events: Vec<EventSnapshot>,
    /// How many dead letters there are.
    pub dead_letter_counts: DeadLetterCounts,
    /// The newest that are pending or exhausted, 100 at most, newest first.
    pub dead_letters: Vec<DeadLetter>,
    /// The sum of all accounts.
    pub deliveries: AccountSnapshot,
}

/// Where the whole runtime is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Not every selected daemon has settled for the first time.
    Starting,
    /// Every one has.
    Running,
    /// It stops.
    Stopping,
    /// It has stopped.
    Stopped,
}

/// The process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuntimeSnapshot {
    /// The version of ringrift-core.
    pub version: String,
    /// The process id.
    pub pid: u32,
    /// When this was taken.
    pub taken_at: SystemTime,
    /// When the runtime started.
    pub started_at: SystemTime,
    /// How long ago that was.
    pub uptime_ms: u64,
    /// Where it is in its life.
    pub phase: Phase,
    /// The profile it was started with.
    pub profile: Option<String>,
    /// Whether it is ready: every selected critical daemon is, and the first start has settled.
    pub ready: bool,
    /// Why it is not, a line each.
    pub not_ready_because: Vec<String>,
    /// Whether every selected critical daemon is healthy.
    pub healthy: bool,
    /// The configuration file, if there is one.
    pub config_file: Option<String>,
    /// The store, if there is one.
    pub store: Option<StoreSnapshot>,
}

/// The store: what survives the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreSnapshot {
    /// Its file.
    pub file: String,
    /// What keeps it from being written now: durable events are refused as long as there is something.
    pub trouble: Option<String>,
    /// What was damaged or missing when it was opened, a line each.
    pub damage: Vec<String>,
}

impl StoreSnapshot {
    /// Why durable events are refused, for a person.
    pub(crate) fn told_trouble(&self) -> Option<String> {
        self.trouble.as_ref().map(|trouble| format!("the store can't be written: {trouble}"))
    }
}

/// One daemon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DaemonSnapshot {
    /// Its name.
    pub name: String,
    /// The first line of its documentation.
    pub description: String,
    /// Its category.
    pub category: Category,
    /// Service or task.
    pub kind: Kind,
    /// Where it is declared, `file:line`.
    pub place: String,
    /// Whether this runtime was told to run it.
    pub selected: bool,
    /// Its state.
    pub state: StateName,
    /// Why it is in that state; empty for running.
    pub reason: String,
    /// How long it has been in it.
    pub in_state_ms: u64,
    /// Whether its dependents may start.
    pub ready: bool,
    /// The number of the living, or the last, incarnation.
    pub incarnation: u32,
    /// How long it has been ready.
    pub uptime_ms: Option<u64>,
    /// How long its last start took.
    pub start_took_ms: Option<u64>,
    /// Restarts since the runtime started.
    pub restarts: u32,
    /// Failures in a row that are followed by a restart.
    pub max_restarts: u32,
    /// When the next restart is due.
    pub next_restart_in_ms: Option<u64>,
    /// How it is.
    pub health: HealthSnapshot,
    /// Whether readiness depends on it.
    pub critical: bool,
    /// When its cycles run, for a person.
    pub schedule: String,
    /// The daemons it depends on.
    pub depends_on: Vec<String>,
    /// The daemons it wants.
    pub wants: Vec<String>,
    /// The events it may emit.
    pub emits: Vec<String>,
    /// The events it handles.
    pub handlers: Vec<HandlerSnapshot>,
    /// Its mailbox, if it handles events.
    pub mailbox: Option<MailboxSnapshot>,
    /// The profiles it is in; `None` for all.
    pub profiles: Option<Vec<String>>,
    /// What to use in its place.
    pub deprecated: Option<String>,
    /// Its counters and last errors.
    pub stats: DaemonStats,
    /// The effective options, as text, by name.
    pub options: BTreeMap<String, String>,
}

/// Health as the guide shapes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthSnapshot {
    /// Neither `ERROR` nor `STOPPED`.
    pub healthy: bool,
    /// One of the five words, message and details.
    #[serde(flatten)]
    pub report: HealthReport,
    /// How old the newest check is.
    pub checked_ms_ago: Option<u64>,
    /// Failed checks in a row.
    pub failed_checks: u32,
}

impl HealthSnapshot {
    /// The status alone.
    pub fn status(&self) -> HealthStatus {
        self.report.status
    }
}

/// One handler and its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlerSnapshot {
    /// The method.
    pub handler: String,
    /// The event.
    pub event: String,
    /// More failures a minute pause it; `None` for no limit.
    pub breaker: Option<u32>,
    /// How often it was paused since the start.
    pub pauses: u64,
    /// Its pause, while it has one.
    pub paused: Option<PauseSnapshot>,
    /// What became of the deliveries.
    #[serde(flatten)]
    pub deliveries: AccountSnapshot,
}

/// The pause of a handler that failed too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseSnapshot {
    /// In how many milliseconds it ends by itself.
    pub ends_in_ms: u64,
    /// How many failures within a minute led to it.
    pub failures: u32,
    /// The last of them.
    pub error: String,
    /// How many deliveries are held for it.
    pub held: u64,
}

/// A mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxSnapshot {
    /// Events that are not settled, as the bound counts them: those that wait and those in hand.
    pub queued: u64,
    /// Durable events that wait in the store for room; beyond the bound.
    pub in_store: u64,
    /// Its bound.
    pub capacity: u64,
    /// What happens beyond.
    pub overflow: Overflow,
}

/// One type of event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSnapshot {
    /// Its name.
    pub name: String,
    /// The first line of its documentation.
    pub description: String,
    /// Whether it comes from outside.
    pub external: bool,
    /// Whether it is on disk before its emit returns.
    pub durable: bool,
    /// How long, and how much of it, is kept once it is settled; for a person. `None` when it is not durable.
    pub retention: Option<String>,
    /// Events that were removed since the start, because they are no longer kept.
    pub pruned: u64,
    /// Who may emit it.
    pub emitters: Vec<String>,
    /// Who handles it, as `daemon::handler`.
    pub handlers: Vec<String>,
    /// Emitted since the start.
    pub emitted: u64,
    /// Emits that the hop limit cut off.
    pub hop_limited: u64,
    /// What became of the deliveries.
    #[serde(flatten)]
    pub deliveries: AccountSnapshot,
}
