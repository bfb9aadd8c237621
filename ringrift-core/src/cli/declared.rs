//! What is declared of a daemon, as `list` and `show` tell it.

use serde::Serialize;

use crate::{
    Kind, Registry,
    declaration::{
        registry::Entry,
        spec::{SpecRef, SubSpec},
    },
    words::schedule::ScheduleSpec,
};

/// One daemon as declared.
#[derive(Debug, Serialize)]
pub(super) struct Declared {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) category: &'static str,
    pub(super) kind: Kind,
    pub(super) place: String,
    pub(super) schedule: String,
    pub(super) critical: bool,
    pub(super) depends_on: Vec<&'static str>,
    pub(super) wants: Vec<&'static str>,
    /// Who depends on it, or wants it.
    pub(super) dependents: Vec<&'static str>,
    pub(super) emits: Vec<&'static str>,
    pub(super) handlers: Vec<Handler>,
    /// `None` for every profile.
    pub(super) profiles: Option<&'static [&'static str]>,
    pub(super) default_off: bool,
    pub(super) deprecated: Option<&'static str>,
}

/// One `#[on_event]`.
#[derive(Debug, Serialize)]
pub(super) struct Handler {
    pub(super) event: &'static str,
    pub(super) handler: &'static str,
    pub(super) dedup: Option<String>,
    pub(super) timeout: Option<String>,
    /// `None` for no limit.
    pub(super) breaker: Option<u32>,
}

impl Declared {
    pub(super) fn of(entry: &Entry, registry: &Registry) -> Self {
        let spec = entry.spec;
        Self {
            name: entry.ty.as_str(),
            description: spec.description,
            category: spec.category.as_str(),
            kind: spec.kind,
            place: spec.place.to_string(),
            schedule: schedule(spec.schedule, spec.kind, spec.has_runner),
            critical: spec.options.critical,
            depends_on: names(spec.depends_on),
            wants: names(spec.wants),
            dependents: dependents(entry, registry),
            emits: spec.emits.iter().map(|event| event().name).collect(),
            handlers: spec.handlers.iter().map(Handler::of).collect(),
            profiles: spec.profiles,
            default_off: spec.default_off,
            deprecated: spec.deprecated,
        }
    }

    /// What an operator should know before choosing it.
    pub(super) fn remarks(&self) -> Vec<String> {
        let deprecated = self.deprecated.map(|advice| format!("deprecated: {advice}"));
        let off = self.default_off.then(|| "off by default".to_owned());
        let critical = self.critical.then(|| "critical".to_owned());
        [critical, off, deprecated].into_iter().flatten().collect()
    }
}

impl Handler {
    fn of(sub: &SubSpec) -> Self {
        let text = |span| humantime::format_duration(span).to_string();
        Self {
            event: (sub.event)().name,
            handler: sub.handler,
            dedup: sub.dedup.map(text),
            timeout: sub.timeout.map(text),
            breaker: sub.breaker,
        }
    }
}

fn names(specs: &[SpecRef]) -> Vec<&'static str> {
    specs.iter().map(|spec| spec.get().ty.as_str()).collect()
}

fn dependents(entry: &Entry, registry: &Registry) -> Vec<&'static str> {
    let needs_it = |other: &&Entry| {
        let mut links = other.spec.depends_on.iter().chain(other.spec.wants);
        links.any(|link| link.get().ty == entry.spec.ty)
    };
    let dependents = registry.daemons.iter().filter(needs_it);
    dependents.map(|other| other.ty.as_str()).collect()
}

/// In the words of `Schedule`, also for a cron line that `check` will refuse.
fn schedule(schedule: ScheduleSpec, kind: Kind, has_runner: bool) -> String {
    match schedule {
        _ if has_runner => "own loop".to_owned(),
        ScheduleSpec::OnRequest if kind == Kind::Task => "once".to_owned(),
        ScheduleSpec::OnRequest => "on request".to_owned(),
        ScheduleSpec::Every(cycle) => format!("every {}", humantime::format_duration(cycle)),
        ScheduleSpec::Cron { line, zone } => format!("{line} {zone}"),
    }
}
