//! `status X`: one daemon in detail, with the state of what it depends on.

use humantime::format_rfc3339_seconds;

use super::super::human::{count, duration, heading};
use crate::{
    ErrorRecord, HealthStatus,
    runtime::snapshot::{DaemonSnapshot, HandlerSnapshot, Snapshot},
    words::one_line::one_line,
};

/// So many of the last errors are shown; `--json` has all that are kept.
const ERRORS: usize = 5;

pub(super) fn page(daemon: &DaemonSnapshot, snapshot: &Snapshot) -> String {
    // What it is joined to has its own state beside it, which one looks for when this one waits.
    let with_state = |name: &String| {
        let other = snapshot.daemons.iter().find(|other| other.name == *name);
        format!("{name} ({})", other.map_or("unknown", |other| other.state.as_str()))
    };
    let errors = &daemon.stats.last_errors;
    let newest = errors.iter().skip(errors.len().saturating_sub(ERRORS));
    let mut page = Page(heading(&daemon.name, &daemon.description));
    page.life(daemon);
    page.work(daemon);
    page.lines("depends on", daemon.depends_on.iter().map(with_state));
    page.lines("wants", daemon.wants.iter().map(with_state));
    page.lines("handles", daemon.handlers.iter().map(deliveries));
    page.lines("last errors", newest.map(error));
    page.0
}

fn error(error: &ErrorRecord) -> String {
    let (at, hook, message) = (format_rfc3339_seconds(error.at), &error.hook, &error.message);
    // Most messages begin with it themselves: `run_cycle failed: ..`.
    if message.starts_with(&**hook) { format!("{at} {message}") } else { format!("{at} {hook}: {message}") }
}

struct Page(String);

impl Page {
    fn line(&mut self, label: &str, text: &str) {
        self.0.push_str(&format!("  {label:<13}{}\n", one_line(text)));
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
        self.line("errors", &format!("{}, {} of them panics", count(stats.errors), count(stats.panics)));
        if let Some(mailbox) = daemon.mailbox {
            let in_store = (mailbox.in_store > 0).then(|| format!(", {} more in the store", count(mailbox.in_store)));
            let waiting = format!("{} of {}{}", mailbox.queued, mailbox.capacity, in_store.unwrap_or_default());
            self.line("mailbox", &waiting);
        }
    }

    /// One under the other, the first with the label.
    fn lines(&mut self, label: &str, lines: impl Iterator<Item = String>) {
        for (index, line) in lines.enumerate() {
            self.line(if index == 0 { label } else { "" }, &line);
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
    let paused = handler.paused.as_ref().map(|pause| (duration(pause.ends_in_ms), count(pause.held)));
    let paused = paused.map_or(String::new(), |(left, held)| format!("; paused for another {left}, {held} held"));
    format!("{} in {}: {owed} owed, {}{paused}", handler.event, handler.handler, told.join(", "))
}
