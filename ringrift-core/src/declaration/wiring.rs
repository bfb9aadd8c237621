//! What only the whole program can know of its wiring; every problem at once.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{registry::Registry, spec::DaemonSpec};
use crate::{nearest::nearest, words::event::EventMeta};

/// Whether the program may start with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It may not.
    Error,
    /// It may.
    Warning,
}

/// One thing that is wrong with the wiring.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct WiringProblem {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, and what to write instead.
    pub message: String,
    /// Where.
    pub place: String,
    /// Whether it is about who emits and who handles, which a part of a program can't know.
    #[serde(skip)]
    pub is_about_events: bool,
}

impl fmt::Display for WiringProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{severity}: {}\n  --> {}", self.message, self.place)
    }
}

/// The events of the runtime and its own daemons: nobody else needs to emit them, or to handle them.
pub const RUNTIME_EVENTS: [&str; 9] = [
    "DAEMON_STARTED",
    "DAEMON_STOPPED",
    "DAEMON_RESTARTED",
    "DAEMON_FAILED",
    "DAEMON_STALLED",
    "DAEMON_RECOVERED",
    "DLQ_STALE_EVENTS",
    "DLQ_EVENTS_REPLAYED",
    "DLQ_EVENTS_PURGED",
];

/// Everything that is wrong, errors first.
pub fn check(registry: &Registry) -> Vec<WiringProblem> {
    let mut problems = Vec::new();
    duplicate_daemons(registry, &mut problems);
    missing_dependencies(registry, &mut problems);
    deprecated_in_a_profile(registry, &mut problems);
    duplicate_event_names(registry, &mut problems);
    unheard_and_unspoken_events(registry, &mut problems);
    problems.sort();
    problems
}

fn error(message: String, place: impl fmt::Display) -> WiringProblem {
    WiringProblem { severity: Severity::Error, message, place: place.to_string(), is_about_events: false }
}

fn duplicate_daemons(registry: &Registry, problems: &mut Vec<WiringProblem>) {
    for pair in registry.daemons.windows(2) {
        if pair[0].ty == pair[1].ty {
            let (name, other) = (pair[0].ty, pair[0].spec.place);
            let message =
                format!("two daemons are called `{name}`, the other at {other}; give one of them `name = \"..\"`");
            problems.push(error(message, pair[1].spec.place));
        }
    }
}

/// Can't happen with inventory, whose specs keep their dependencies linked; a hand-made registry can.
fn missing_dependencies(registry: &Registry, problems: &mut Vec<WiringProblem>) {
    let is_there = |spec: &DaemonSpec| registry.specs().any(|other| std::ptr::eq(other, spec));
    for spec in registry.specs() {
        for dependency in spec.depends_on.iter().map(|link| link.get()).filter(|dependency| !is_there(dependency)) {
            let message = format!("daemon `{}` depends on `{}`, which is not registered", spec.ty, dependency.ty);
            problems.push(error(message, spec.place));
        }
    }
}

fn deprecated_in_a_profile(registry: &Registry, problems: &mut Vec<WiringProblem>) {
    for spec in registry.specs().filter(|spec| !spec.default_off) {
        let Some(advice) = spec.deprecated else {
            continue;
        };
        let where_ = match spec.profiles {
            Some([]) => continue,
            Some(profiles) => format!("still in profile `{}`", profiles.join("`, `")),
            None => "still in every profile".to_owned(),
        };
        let message = format!(
            "daemon `{}` is deprecated ({advice}) but {where_}; add `default_off`, or `profiles = []`",
            spec.ty
        );
        problems.push(error(message, spec.place));
    }
}

fn duplicate_event_names(registry: &Registry, problems: &mut Vec<WiringProblem>) {
    let mut owners: BTreeMap<&str, &EventMeta> = BTreeMap::new();
    for meta in registry.events.iter().copied() {
        for name in std::iter::once(&meta.name).chain(meta.aliases) {
            if let Some(owner) = owners.insert(name, meta) {
                let message =
                    format!("two events are called `{name}`, the other at {}:{}; rename one", owner.file, owner.line);
                problems.push(error(message, format_args!("{}:{}", meta.file, meta.line)));
            }
        }
    }
}

fn unheard_and_unspoken_events(registry: &Registry, problems: &mut Vec<WiringProblem>) {
    let mut emitted: BTreeMap<&str, Vec<&DaemonSpec>> = BTreeMap::new();
    let mut handled: BTreeMap<&str, Vec<(&DaemonSpec, &str)>> = BTreeMap::new();
    for spec in registry.specs() {
        spec.emits.iter().for_each(|event| emitted.entry(event().name).or_default().push(spec));
        spec.handlers.iter().for_each(|sub| handled.entry((sub.event)().name).or_default().push((spec, sub.handler)));
    }
    for meta in &registry.events {
        let is_ours = RUNTIME_EVENTS.contains(&meta.name);
        if !is_ours && !meta.external && !emitted.contains_key(meta.name) {
            for (spec, handler) in handled.get(meta.name).into_iter().flatten() {
                problems.push(unspoken(meta, spec, handler, emitted.keys().copied()));
            }
        }
        if !is_ours && !handled.contains_key(meta.name) {
            for spec in emitted.get(meta.name).into_iter().flatten() {
                let message = format!("daemon `{}` emits `{}`, which nobody handles", spec.ty, meta.name);
                problems.push(WiringProblem {
                    severity: Severity::Warning,
                    message,
                    place: spec.place.to_string(),
                    is_about_events: true,
                });
            }
        }
    }
}

fn unspoken<'a>(
    meta: &EventMeta,
    spec: &DaemonSpec,
    handler: &str,
    emitted: impl Iterator<Item = &'a str>,
) -> WiringProblem {
    let hint = match nearest(meta.name, emitted) {
        Some(near) => format!("; `{near}` is emitted"),
        None => String::new(),
    };
    let message = format!(
        "`{}::{handler}` handles `{}`, which nobody emits{hint}; add it to the `emits` of a daemon, or mark the event `external`",
        spec.ty, meta.name
    );
    WiringProblem { is_about_events: true, ..error(message, spec.place) }
}
