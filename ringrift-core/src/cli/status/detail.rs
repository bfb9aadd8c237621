//! `status X`: one daemon in detail, with the state of what it depends on.

use humantime::format_rfc3339_seconds;

use super::super::human::{count, duration};
use crate::{
    HealthStatus,
    runtime::snapshot::{DaemonSnapshot, HandlerSnapshot, Snapshot},
};

/// So many of the last errors are shown; `--json` has all that are kept.
const ERRORS: usize = 5;

pub(super) fn page(daemon: &DaemonSnapshot, snapshot: &Snapshot) -> String {
    let mut page = Page(format!("{}\n  {}\n\n", daemon.name, daemon.description));
    page.life(daemon);
    page.work(daemon);
    page.joined("depends on", &daemon.depends_on, snapshot);
    page.joined("wants", &daemon.wants, snapshot);
    for handler in &daemon.handlers {
        page.line("handles", &deliveries(handler));
    }
    let skipped = daemon.stats.last_errors.len().saturating_sub(ERRORS);
    for error in daemon.stats.last_errors.iter().skip(skipped) {
        let at = format_rfc3339_seconds(error.at);
        page.line("error", &format!("{at} {}: {}", error.hook, error.message));
    }
    page.0
}

struct Page(String);

impl Page {
    fn line(&mut self, label: &str, text: &str) {
        self.0.push_str(&format!("  {label:<13}{text}\n"));
    }

    fn life(&mut self, daemon: &DaemonSnapshot) {
        let since = duration(daemon.in_state_ms);
        let reason = match daemon.reason.as_str() {
            "" => String::new(),
            reason => format!(": {reason}"),
        };
        self.line("state", &format!("{} for {since}{reason}", daemon.state));
        if let Some(wait) = daemon.next_restart_in_ms {
            self.line("restart", &format!("in {}", duration(wait)));
        }
        let health = &daemon.health;
        let checked = health.checked_ms_ago.map(duration);
        let checked = checked.map_or(String::new(), |ago| format!(" (checked {ago} ago)"));
        let message = match health.status() {
            HealthStatus::Running if health.report.message == "OK" => String::new(),
            _ => format!(": {}", health.report.message),
        };
        self.line("health", &format!("{}{message}{checked}", health.status()));
        for (name, value) in &health.report.details {
            self.line("", &format!("{name} = {value}"));
        }
        if let Some(took) = daemon.start_took_ms {
            let text = format!("{}, the last start took {}", daemon.restarts, duration(took));
            self.line("restarts", &text);
        }
    }

    fn work(&mut self, daemon: &DaemonSnapshot) {
        let stats = &daemon.stats;
        self.line("runs", &daemon.schedule);
        let cycles = format!("{} ok, {} failed", count(stats.cycles), count(stats.cycle_errors));
        self.line("cycles", &cycles);
        self.line("errors", &format!("{}, {} panics", count(stats.errors), count(stats.panics)));
        if let Some(mailbox) = daemon.mailbox {
            self.line("mailbox", &format!("{} of {}", mailbox.queued, mailbox.capacity));
        }
    }

    /// Each with its own state, which is what one looks for when this one waits.
    fn joined(&mut self, label: &str, names: &[String], snapshot: &Snapshot) {
        let mut label = label;
        for name in names {
            let other = snapshot.daemons.iter().find(|other| other.name == *name);
            let state = other.map_or("unknown", |other| other.state.as_str());
            self.line(label, &format!("{name} ({state})"));
            label = "";
        }
    }
}

fn deliveries(handler: &HandlerSnapshot) -> String {
    let account = &handler.deliveries;
    let columns = [
        ("handled", account.handled),
        ("dead", account.dead),
        ("discarded", account.discarded),
        ("evicted", account.evicted),
        ("dropped", account.dropped),
        ("deduplicated", account.deduplicated),
        ("undelivered", account.undelivered_at_stop),
    ];
    let told: Vec<String> = columns
        .into_iter()
        .filter(|(name, n)| *name == "handled" || *n > 0)
        .map(|(name, n)| format!("{} {name}", count(n)))
        .collect();
    let owed = count(account.owed);
    format!("{} in {}: {owed} owed, {}", handler.event, handler.handler, told.join(", "))
}
