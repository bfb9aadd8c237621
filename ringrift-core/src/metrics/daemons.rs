//! The daemons that are selected, and their mailboxes.

use std::fmt;

use super::page::{Labels, Page, flag, seconds};
use crate::{
    HealthStatus, StateName,
    runtime::snapshot::{DaemonSnapshot, MailboxSnapshot, Snapshot},
};

const HEALTH: [HealthStatus; 5] =
    [HealthStatus::Starting, HealthStatus::Running, HealthStatus::Degraded, HealthStatus::Error, HealthStatus::Stopped];

pub(super) fn encode(page: &mut Page<'_>, snapshot: &Snapshot) -> fmt::Result {
    let selected = snapshot.daemons.iter().filter(|daemon| daemon.selected);
    let mut daemons = Daemons { page, selected: selected.collect() };
    daemons.state()?;
    daemons.health()?;
    daemons.life()?;
    daemons.work()?;
    daemons.mailboxes()
}

struct Daemons<'p, 'e, 's> {
    page: &'p mut Page<'e>,
    selected: Vec<&'s DaemonSnapshot>,
}

impl<'s> Daemons<'_, '_, 's> {
    fn state(&mut self) -> fmt::Result {
        let infos = self.selected.iter().map(|daemon| {
            let critical = if daemon.critical { "true" } else { "false" };
            [("daemon", daemon.name.as_str()), ("category", daemon.category.as_str()), ("critical", critical)]
        });
        let help = "What a daemon is declared as.";
        self.page.info("ringrift_daemon", help, infos)?;
        let states = self.selected.iter().flat_map(|daemon| {
            StateName::ALL.map(|state| {
                let labels = [("daemon", daemon.name.as_str()), ("state", state.as_str())];
                (labels, flag(state == daemon.state))
            })
        });
        let help = "1 for the state that the daemon is in, 0 for the others.";
        self.page.gauge("ringrift_daemon_state", help, states)?;
        self.gauge("ringrift_daemon_ready", "1 when dependents of the daemon may start.", |daemon| {
            Some(f64::from(u8::from(daemon.ready)))
        })
    }

    fn health(&mut self) -> fmt::Result {
        let statuses = self.selected.iter().flat_map(|daemon| {
            HEALTH.map(|status| {
                let labels = [("daemon", daemon.name.as_str()), ("status", status.as_str())];
                (labels, flag(status == daemon.health.status()))
            })
        });
        let help = "1 for the daemon's own word for its health, 0 for the others.";
        self.page.gauge("ringrift_daemon_health", help, statuses)?;
        self.gauge("ringrift_daemon_healthy", "1 when the daemon's health is neither ERROR nor STOPPED.", |daemon| {
            Some(f64::from(u8::from(daemon.health.healthy)))
        })?;
        self.gauge("ringrift_daemon_health_check_age_seconds", "How old the newest health check is.", |daemon| {
            daemon.health.checked_ms_ago.map(seconds)
        })?;
        self.gauge("ringrift_daemon_failed_health_checks", "Failed health checks in a row.", |daemon| {
            Some(f64::from(daemon.health.failed_checks))
        })
    }

    fn life(&mut self) -> fmt::Result {
        self.gauge(
            "ringrift_daemon_uptime_seconds",
            "How long the daemon has been ready, 0 when it is not.",
            |daemon| Some(seconds(daemon.uptime_ms.unwrap_or(0))),
        )?;
        self.gauge("ringrift_daemon_in_state_seconds", "How long the daemon has been in its state.", |daemon| {
            Some(seconds(daemon.in_state_ms))
        })?;
        self.gauge("ringrift_daemon_start_duration_seconds", "How long the daemon's last start took.", |daemon| {
            daemon.start_took_ms.map(seconds)
        })?;
        self.gauge(
            "ringrift_daemon_backoff_seconds",
            "How long until the daemon's next restart, 0 when none is due.",
            |daemon| Some(seconds(daemon.next_restart_in_ms.unwrap_or(0))),
        )?;
        self.counter("ringrift_daemon_restarts", "Restarts of the daemon.", |daemon| u64::from(daemon.restarts))
    }

    fn work(&mut self) -> fmt::Result {
        let cycles = self.selected.iter().flat_map(|daemon| {
            let of = |result| [("daemon", daemon.name.as_str()), ("result", result)];
            let stats = &daemon.stats;
            [(of("ok"), stats.cycles), (of("error"), stats.cycle_errors)]
        });
        let help = "Cycles of the daemon, by how they ended.";
        self.page.counter("ringrift_daemon_cycles", help, cycles)?;
        self.counter("ringrift_daemon_events", "Events that the daemon handled.", |daemon| daemon.stats.events)?;
        self.counter("ringrift_daemon_errors", "Errors of the daemon, of every kind.", |daemon| daemon.stats.errors)?;
        self.counter("ringrift_daemon_panics", "Panics of the daemon, in any hook.", |daemon| daemon.stats.panics)
    }

    fn mailboxes(&mut self) -> fmt::Result {
        let column = |value: fn(&MailboxSnapshot) -> u64| {
            move |daemon: &DaemonSnapshot| daemon.mailbox.as_ref().map(|it| value(it) as f64)
        };
        self.gauge(
            "ringrift_mailbox_queued",
            "Events of the daemon's mailbox that are not settled, those in hand included.",
            column(|mailbox| mailbox.queued),
        )?;
        self.gauge(
            "ringrift_mailbox_in_store",
            "Durable events that wait in the store for room in the daemon's mailbox.",
            column(|mailbox| mailbox.in_store),
        )?;
        self.gauge(
            "ringrift_mailbox_capacity",
            "How many events the daemon's mailbox takes.",
            column(|mailbox| mailbox.capacity),
        )
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Fn(&DaemonSnapshot) -> Option<f64>) -> fmt::Result {
        let samples = self.selected.iter().filter_map(|daemon| Some((labels(daemon), value(daemon)?)));
        self.page.gauge(name, help, samples)
    }

    fn counter(&mut self, name: &str, help: &str, value: fn(&DaemonSnapshot) -> u64) -> fmt::Result {
        let samples = self.selected.iter().map(|daemon| (labels(daemon), value(daemon)));
        self.page.counter(name, help, samples)
    }
}

fn labels(daemon: &DaemonSnapshot) -> Labels<'_, 1> {
    [("daemon", &daemon.name)]
}
