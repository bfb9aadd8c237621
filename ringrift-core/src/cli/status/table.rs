//! The table of `status`: one line per daemon, and under it why it does not run.

use super::super::{
    human::{count, duration, plural},
    table::{Cell, Color, Table, coloured},
    terminal::Terminal,
};
use crate::{
    HealthStatus, StateName,
    runtime::snapshot::{DaemonSnapshot, Phase, Snapshot},
    words::one_line::one_line,
};

const HEADINGS: [&str; 8] = ["NAME", "STATE", "HEALTH", "UPTIME", "RESTARTS", "CYCLES", "EVENTS", "ERRORS"];

/// The selected daemons under a line about the process.
pub(super) fn table(snapshot: &Snapshot, terminal: Terminal) -> String {
    let selected: Vec<&DaemonSnapshot> = snapshot.daemons.iter().filter(|it| it.selected).collect();
    let mut table = Table::new(HEADINGS).right(3..8);
    for daemon in &selected {
        table.row(row(daemon));
    }
    let mut lines = table.lines(terminal).into_iter();
    let mut text = process(snapshot);
    text.extend(lines.next().map(|heading| heading + "\n"));
    for (line, daemon) in lines.zip(&selected) {
        text.push_str(&format!("{line}\n"));
        if let Some(reason) = reason(daemon) {
            text.push_str(&format!("  └ {reason}\n"));
        }
    }
    let others = snapshot.daemons.len() - selected.len();
    if others > 0 {
        text.push_str(&format!("{} not selected\n", plural(others, "daemon")));
    }
    text
}

fn process(snapshot: &Snapshot) -> String {
    let runtime = &snapshot.runtime;
    let phase = match runtime.phase {
        Phase::Starting => "starting",
        Phase::Running => "running",
        Phase::Stopping => "stopping",
        Phase::Stopped => "stopped",
    };
    let ready = if runtime.ready { "ready" } else { "not ready" };
    let profile = runtime.profile.as_ref();
    let profile = profile.map_or(String::new(), |profile| format!(", profile {profile}"));
    let uptime = duration(runtime.uptime_ms);
    let mut text = format!("pid {}, {phase}, up {uptime}, {ready}{profile}\n", runtime.pid);
    for damage in runtime.store.iter().flat_map(|store| &store.damage) {
        text.push_str(&format!("  └ the store was damaged: {damage}\n"));
    }
    for reason in &runtime.not_ready_because {
        text.push_str(&format!("  └ {}\n", one_line(reason)));
    }
    let dead = &snapshot.dead_letter_counts;
    let letters = dead.pending + dead.exhausted;
    if letters > 0 {
        let letters = plural(letters as usize, "dead letter");
        text.push_str(&format!("{letters}, {} of them exhausted\n", dead.exhausted));
    }
    text + "\n"
}

fn row(daemon: &DaemonSnapshot) -> [Cell; 8] {
    let uptime = daemon.uptime_ms.map_or("-".to_owned(), duration);
    [
        Cell::new(&daemon.name),
        coloured(daemon.state, state_color(daemon.state)),
        coloured(daemon.health.status(), health_color(daemon.health.status())),
        Cell::new(uptime),
        Cell::new(count(daemon.restarts.into())),
        Cell::new(count(daemon.stats.cycles + daemon.stats.cycle_errors)),
        Cell::new(count(daemon.stats.events)),
        Cell::new(count(daemon.stats.errors)),
    ]
}

/// Why it does not run, or does not run well.
fn reason(daemon: &DaemonSnapshot) -> Option<String> {
    if daemon.state != StateName::Running {
        let next = daemon.next_restart_in_ms.map(duration);
        let next = next.map_or(String::new(), |wait| format!(" (restart in {wait})"));
        return Some(format!("{}{next}", one_line(&daemon.reason)));
    }
    let is_well = matches!(daemon.health.status(), HealthStatus::Running | HealthStatus::Starting);
    (!is_well).then(|| one_line(&daemon.health.report.message).into_owned())
}

const fn state_color(state: StateName) -> Option<Color> {
    match state {
        StateName::Running => Some(Color::Green),
        StateName::Failed | StateName::Leaked => Some(Color::Red),
        StateName::Waiting | StateName::Starting | StateName::Backoff | StateName::Stopping => Some(Color::Yellow),
        StateName::Disabled | StateName::Stopped | StateName::Completed => None,
    }
}

const fn health_color(health: HealthStatus) -> Option<Color> {
    match health {
        HealthStatus::Running => Some(Color::Green),
        HealthStatus::Degraded => Some(Color::Yellow),
        HealthStatus::Error => Some(Color::Red),
        HealthStatus::Starting | HealthStatus::Stopped => None,
    }
}
