//! Makes the snapshot: the one reading of a runtime that all views show.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    Runtime, health_view,
    letters::DeadLetter,
    pauses, phase,
    snapshot::{DaemonSnapshot, EventSnapshot, MailboxSnapshot, Phase, RuntimeSnapshot, Snapshot, StoreSnapshot},
};
use crate::{
    declaration::live::{record::Record, status::Status},
    delivery::account::AccountSnapshot,
    words::{event::EventMeta, state::State},
};

/// How many dead letters a snapshot shows.
const SHOWN_LETTERS: usize = 100;

impl Runtime {
    /// Everything there is to see, now.
    pub fn snapshot(&self) -> Snapshot {
        let world = &self.inner.world;
        let now = world.clock.now_ms();
        let daemons: Vec<DaemonSnapshot> = world.records.iter().map(|record| self.daemon(record, now)).collect();
        let newest = world.router.letters.newest(SHOWN_LETTERS);
        Snapshot {
            runtime: self.runtime(&daemons, now),
            events: self.events(&daemons),
            dead_letter_counts: world.router.letters.counts(),
            dead_letters: newest.iter().map(|(id, letter)| DeadLetter::of(world, *id, letter)).collect(),
            deliveries: world.router.total(),
            daemons,
        }
    }

    fn runtime(&self, daemons: &[DaemonSnapshot], now: u64) -> RuntimeSnapshot {
        let world = &self.inner.world;
        if phase::all_settled(world) {
            self.inner.phase.advance(Phase::Running);
        }
        let phase = self.inner.phase.get();
        let critical = || daemons.iter().filter(|daemon| daemon.critical && daemon.selected);
        let mut not_ready_because = Vec::new();
        match phase {
            Phase::Starting => not_ready_because.push("the first start is not over".to_owned()),
            Phase::Stopping | Phase::Stopped => not_ready_because.push("the runtime stops".to_owned()),
            Phase::Running => {}
        }
        not_ready_because.extend(
            critical()
                .filter(|daemon| !daemon.ready)
                .map(|daemon| format!("critical daemon `{}` is {}: {}", daemon.name, daemon.state, daemon.reason)),
        );
        let store = world.router.journal.as_ref().map(|journal| StoreSnapshot {
            file: journal.file().display().to_string(),
            trouble: journal.trouble(),
            damage: journal.damage().to_vec(),
        });
        not_ready_because.extend(store.as_ref().and_then(StoreSnapshot::told_trouble));
        RuntimeSnapshot {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            taken_at: world.clock.wall(),
            started_at: world.clock.wall_at(1),
            uptime_ms: now - 1,
            phase,
            profile: self.inner.profile.clone(),
            ready: not_ready_because.is_empty(),
            not_ready_because,
            healthy: critical().all(|daemon| daemon.health.healthy),
            config_file: self.inner.config_file.clone(),
            store,
        }
    }

    /// The file of the store, if there is one.
    #[cfg(all(feature = "cli", feature = "store"))]
    pub(crate) fn store_file(&self) -> Option<&std::path::Path> {
        self.inner.world.router.journal.as_ref().map(|journal| journal.file())
    }

    fn daemon(&self, record: &Arc<Record>, now: u64) -> DaemonSnapshot {
        let world = &self.inner.world;
        let spec = record.spec;
        let status = record.status().clone();
        let since = |at: u64| now.saturating_sub(at);
        let name = |other: &Arc<Record>| other.ty.as_str().to_owned();
        DaemonSnapshot {
            name: record.ty.as_str().to_owned(),
            description: spec.description.to_owned(),
            category: spec.category,
            kind: spec.kind,
            place: spec.place.to_string(),
            selected: is_selected(record),
            state: status.state.name(),
            reason: status.state.cause().to_owned(),
            in_state_ms: since(status.since_ms),
            ready: status.is_ready(spec.kind),
            incarnation: status.incarnation,
            uptime_ms: status.ready_ms.map(|ready| since(ready.get())),
            start_took_ms: status.start_took_ms.map(u64::from),
            restarts: status.restarts,
            max_restarts: record.options().restart.max_restarts,
            next_restart_in_ms: next_restart(&status, now),
            health: health_view::of(world, record, now),
            critical: record.options().critical,
            schedule: record.settings.schedule.to_string(),
            depends_on: world.depends_on(record).map(name).collect(),
            wants: world.wants(record).map(name).collect(),
            emits: spec.emits.iter().map(|event| event().name.to_owned()).collect(),
            handlers: pauses::handlers(record, now),
            mailbox: record.mailbox.as_ref().map(|mailbox| MailboxSnapshot {
                queued: mailbox.unsettled(),
                in_store: mailbox.in_store(),
                capacity: mailbox.capacity(),
                overflow: record.options().overflow,
            }),
            profiles: spec.profiles.map(|profiles| profiles.iter().map(|name| (*name).to_owned()).collect()),
            deprecated: spec.deprecated.map(str::to_owned),
            stats: record.stats(),
            options: options(record),
        }
    }

    fn events(&self, daemons: &[DaemonSnapshot]) -> Vec<EventSnapshot> {
        let describe = |meta: &'static EventMeta, emitted: u64, hop_limited: u64| {
            let emitters = daemons.iter().filter(|daemon| daemon.emits.iter().any(|event| event == meta.name));
            let handlers = || {
                let of = |daemon: &'_ DaemonSnapshot| {
                    let name = daemon.name.clone();
                    daemon.handlers.clone().into_iter().map(move |handler| (name.clone(), handler))
                };
                daemons.iter().flat_map(of).filter(|(_, handler)| handler.event == meta.name)
            };
            EventSnapshot {
                name: meta.name.to_owned(),
                description: meta.description.to_owned(),
                external: meta.external,
                durable: meta.durable,
                retention: meta.durable.then(|| meta.retention.to_string()),
                pruned: self.inner.world.router.journal.as_ref().map_or(0, |journal| journal.pruned(meta)),
                emitters: emitters.map(|daemon| daemon.name.clone()).collect(),
                handlers: handlers().map(|(daemon, handler)| format!("{daemon}::{}", handler.handler)).collect(),
                emitted,
                hop_limited,
                deliveries: handlers()
                    .fold(AccountSnapshot::default(), |sum, (_, handler)| sum.plus(handler.deliveries)),
            }
        };
        let routes = self.inner.world.router.routes();
        let mut events: Vec<_> = routes.map(|route| describe(route.meta, route.emitted, route.hop_limited)).collect();
        events.sort_by(|a, b| a.name.cmp(&b.name));
        events
    }
}

fn is_selected(record: &Record) -> bool {
    !record.status().is_unselected()
}

fn next_restart(status: &Status, now: u64) -> Option<u64> {
    match &status.state {
        State::Backoff { delay, .. } => Some((status.since_ms + delay.as_millis() as u64).saturating_sub(now)),
        _ => None,
    }
}

/// The effective options, each as a person writes it.
fn options(record: &Record) -> BTreeMap<String, String> {
    let options = record.options();
    let duration = |duration: Duration| humantime::format_duration(duration).to_string();
    let word = |value: serde_json::Result<serde_json::Value>| match value {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(error) => error.to_string(),
    };
    let backoff = options.restart.backoff;
    BTreeMap::from(
        [
            ("schedule", record.settings.schedule.to_string()),
            ("jitter", duration(options.jitter)),
            ("cycle_timeout", options.cycle_timeout.map_or_else(|| "none".to_owned(), duration)),
            ("handler_timeout", duration(options.handler_timeout)),
            ("start_timeout", duration(options.start_timeout)),
            ("stop_timeout", duration(options.stop_timeout)),
            ("stall_after", duration(options.stall_after)),
            ("startup_grace", duration(options.startup_grace)),
            ("restart", word(serde_json::to_value(options.restart.restart))),
            ("max_restarts", options.restart.max_restarts.to_string()),
            ("backoff", format!("{} to {}", duration(backoff.first), duration(backoff.cap))),
            ("restart_reset", duration(options.restart.reset)),
            ("on_exhausted", word(serde_json::to_value(options.restart.on_exhausted))),
            ("on_unhealthy", word(serde_json::to_value(options.on_unhealthy))),
            ("critical", options.critical.to_string()),
            ("health_check_interval", duration(options.health_check_interval)),
            ("mailbox", options.mailbox.to_string()),
            ("overflow", word(serde_json::to_value(options.overflow))),
            ("concurrency", options.concurrency.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}
