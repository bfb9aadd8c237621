//! A snapshot made by hand, of the hand-made registry, for the tests of every view.

use std::{
    collections::BTreeMap,
    time::{Duration, UNIX_EPOCH},
};

use serde_json::json;

use crate::{
    AccountSnapshot, Category, DaemonStats, DeadLetterCounts, DeadReason, ErrorRecord, EventId, HealthReport,
    HealthStatus, Kind, LetterId, LetterState, LettersByState, Overflow, StateName,
    runtime::{
        letters::{DeadLetter, LetterHeaders},
        snapshot::{
            DaemonSnapshot, EventSnapshot, HandlerSnapshot, HealthSnapshot, MailboxSnapshot, PauseSnapshot, Phase,
            RuntimeSnapshot, Snapshot,
        },
    },
};

/// Four selected daemons, of which two run, and one that is not selected.
pub(crate) fn snapshot() -> Snapshot {
    Snapshot {
        runtime: runtime(),
        daemons: vec![
            auto_export(),
            auto_sync(),
            cleanup(),
            daemon("event_router", Category::Event),
            quality_monitor(),
        ],
        events: vec![games_available()],
        dead_letter_counts: DeadLetterCounts {
            pending: 1,
            exhausted: 2,
            recovered: 4,
            discarded: 7,
            retrying: 6,
            in_store: 10,
            by_reason: BTreeMap::from([
                (DeadReason::HandlerError, LettersByState { pending: 1, recovered: 4, ..LettersByState::default() }),
                (DeadReason::Timeout, LettersByState { exhausted: 2, discarded: 7, ..LettersByState::default() }),
            ]),
            recovered_total: 5,
            exhausted_total: 3,
            discarded_total: 9,
            unwritten_total: 8,
        },
        dead_letters: vec![dead_letter()],
        deliveries: AccountSnapshot::default(),
    }
}

fn runtime() -> RuntimeSnapshot {
    RuntimeSnapshot {
        version: "0.1.0".into(),
        pid: 4711,
        taken_at: UNIX_EPOCH + Duration::from_secs(1_800_000_192),
        started_at: UNIX_EPOCH + Duration::from_secs(1_800_000_000),
        uptime_ms: 192_000,
        phase: Phase::Running,
        profile: Some("coordinator".into()),
        ready: true,
        not_ready_because: Vec::new(),
        healthy: true,
        config_file: None,
        store: None,
    }
}

/// A daemon that runs and has nothing to report.
pub(crate) fn daemon(name: &str, category: Category) -> DaemonSnapshot {
    DaemonSnapshot {
        name: name.into(),
        description: "Works.".into(),
        category,
        kind: Kind::Service,
        place: "src/daemons.rs:1".into(),
        selected: true,
        state: StateName::Running,
        reason: String::new(),
        in_state_ms: 191_500,
        ready: true,
        incarnation: 1,
        uptime_ms: Some(191_500),
        start_took_ms: Some(12),
        restarts: 0,
        max_restarts: 5,
        next_restart_in_ms: None,
        health: health(HealthReport::running()),
        critical: false,
        schedule: "on request".into(),
        depends_on: Vec::new(),
        wants: Vec::new(),
        emits: Vec::new(),
        handlers: Vec::new(),
        mailbox: None,
        profiles: None,
        deprecated: None,
        stats: DaemonStats::default(),
        options: BTreeMap::new(),
    }
}

fn health(report: HealthReport) -> HealthSnapshot {
    HealthSnapshot { healthy: report.status.is_healthy(), report, checked_ms_ago: Some(4_000), failed_checks: 0 }
}

fn auto_sync() -> DaemonSnapshot {
    DaemonSnapshot {
        critical: true,
        schedule: "every 1m".into(),
        depends_on: vec!["event_router".into()],
        emits: vec!["GAMES_AVAILABLE".into()],
        restarts: 1,
        health: health(HealthReport::degraded("2 hosts are slow").detail("slow", 2)),
        stats: DaemonStats {
            cycles: 190,
            cycle_errors: 2,
            errors: 3,
            panics: 1,
            last_errors: vec![ErrorRecord {
                at: UNIX_EPOCH + Duration::from_secs(1_800_000_100),
                hook: "run_cycle".into(),
                message: "host `gpu-3`: connection refused".into(),
            }],
            ..DaemonStats::default()
        },
        ..daemon("auto_sync", Category::Sync)
    }
}

fn auto_export() -> DaemonSnapshot {
    DaemonSnapshot {
        state: StateName::Waiting,
        reason: "quality_monitor is in backoff".into(),
        ready: false,
        uptime_ms: None,
        start_took_ms: None,
        health: health(HealthReport::new(HealthStatus::Starting, "not yet started")),
        depends_on: vec!["auto_sync".into(), "event_router".into()],
        wants: vec!["quality_monitor".into()],
        handlers: vec![HandlerSnapshot {
            handler: "on_games".into(),
            event: "GAMES_AVAILABLE".into(),
            breaker: Some(100),
            pauses: 2,
            paused: Some(PauseSnapshot { ends_in_ms: 42_000, failures: 101, error: "disk full".into(), held: 1 }),
            deliveries: AccountSnapshot {
                owed: 30,
                handled: 8,
                dead: 1,
                discarded: 2,
                evicted: 3,
                dropped: 4,
                deduplicated: 5,
                undelivered_at_stop: 6,
            },
        }],
        mailbox: Some(MailboxSnapshot { queued: 1, in_store: 2, capacity: 1024, overflow: Overflow::Block }),
        ..daemon("auto_export", Category::Pipeline)
    }
}

fn quality_monitor() -> DaemonSnapshot {
    DaemonSnapshot {
        state: StateName::Backoff,
        reason: "restart 2 of 5 after 2s: run_cycle panicked: index out of bounds".into(),
        ready: false,
        uptime_ms: None,
        next_restart_in_ms: Some(1_500),
        restarts: 1,
        health: health(HealthReport::error("it failed")),
        ..daemon("quality_monitor", Category::Health)
    }
}

fn cleanup() -> DaemonSnapshot {
    DaemonSnapshot {
        selected: false,
        state: StateName::Stopped,
        reason: "not selected".into(),
        ready: false,
        uptime_ms: None,
        start_took_ms: None,
        kind: Kind::Task,
        deprecated: Some("use disk_space".into()),
        health: health(HealthReport::new(HealthStatus::Stopped, "not selected")),
        ..daemon("cleanup", Category::Misc)
    }
}

fn games_available() -> EventSnapshot {
    EventSnapshot {
        durable: true,
        retention: Some("7days".into()),
        pruned: 7,
        name: "GAMES_AVAILABLE".into(),
        description: "Says so.".into(),
        external: false,
        emitters: vec!["auto_sync".into()],
        handlers: vec!["auto_export::on_games".into()],
        emitted: 20,
        hop_limited: 0,
        deliveries: AccountSnapshot::default(),
    }
}

fn dead_letter() -> DeadLetter {
    DeadLetter {
        id: LetterId::new(1).unwrap(),
        event: "GAMES_AVAILABLE".into(),
        event_id: EventId::default(),
        headers: LetterHeaders { emitted_at: UNIX_EPOCH, emitter: Some("auto_sync".into()), hops: 1, parent: None },
        daemon: "auto_export".into(),
        handler: "on_games".into(),
        state: LetterState::Pending,
        in_state_since: UNIX_EPOCH,
        retrying: false,
        reason: DeadReason::HandlerError,
        error: "disk full".into(),
        error_chain: vec!["disk full".into()],
        panicked_at: None,
        attempts: 2,
        retries: 1,
        first_failed_at: UNIX_EPOCH,
        last_failed_at: UNIX_EPOCH,
        next_retry_in_ms: Some(60_000),
        payload: json!({}),
    }
}
