//! `[daemons.x.options]`: what an operator overrides, option by option.

use std::{num::NonZeroU32, time::Duration};

use serde::Deserialize;

use super::{
    rules::{self, Misfit},
    section::RuntimeSection,
    selection::profiles,
};
use crate::{
    config::{Config, SECTIONS, duration::HumanDuration, problem::Problem},
    declaration::{live::settings::Settings, registry::Registry, spec::DaemonSpec},
    words::{
        options::{OnUnhealthy, Options, Overflow},
        restart::{OnExhausted, Restart},
        schedule::{CronSchedule, InvalidSchedule, Schedule, ScheduleSpec},
    },
};

/// What may stand in the section.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OptionsSection {
    pub(super) enabled: Option<bool>,
    pub(super) cycle: Option<HumanDuration>,
    pub(super) schedule: Option<String>,
    pub(super) tz: Option<String>,
    pub(super) jitter: Option<HumanDuration>,
    pub(super) cycle_timeout: Option<HumanDuration>,
    pub(super) handler_timeout: Option<HumanDuration>,
    pub(super) start_timeout: Option<HumanDuration>,
    pub(super) stop_timeout: Option<HumanDuration>,
    pub(super) stall_after: Option<HumanDuration>,
    pub(super) startup_grace: Option<HumanDuration>,
    pub(super) restart: Option<Restart>,
    pub(super) max_restarts: Option<NonZeroU32>,
    pub(super) backoff: Option<(HumanDuration, HumanDuration)>,
    pub(super) restart_reset: Option<HumanDuration>,
    pub(super) on_exhausted: Option<OnExhausted>,
    pub(super) on_unhealthy: Option<OnUnhealthy>,
    pub(super) critical: Option<bool>,
    pub(super) health_check_interval: Option<HumanDuration>,
    pub(super) mailbox: Option<NonZeroU32>,
    pub(super) overflow: Option<Overflow>,
    pub(super) concurrency: Option<NonZeroU32>,
}

/// A section without a config type: every key in it is unknown.
#[derive(Debug, Default, Deserialize)]
struct NoKeys {}

/// The settings of every daemon, as in the registry; with whether the operator switched it on or off
/// by name.
pub(super) type AllSettings = Vec<(Settings, Option<bool>)>;

/// Every problem of the configuration, of every daemon, without starting anything.
///
/// An option in `[daemons.x.options]` goes in place of the same option of `#[daemon(..)]`. A `cycle` or
/// a `schedule` there also replaces the declared other one, `tz` goes with a declared `schedule`, and a
/// `schedule` keeps a declared `tz`; `restart = "never"` leaves the declared limits without use;
/// `critical` brings `on_exhausted = "escalate"`, unless one of the two says otherwise. What the macro
/// refuses is refused here too, in the same words: a `cycle` of a task, say, or `max_restarts` beside
/// `restart = "never"`.
pub fn check_config(registry: &Registry, config: &Config) -> Vec<Problem> {
    readable(registry, config).1
}

/// The effective settings of every daemon, of a wrong one as far as they can be read, and every problem of the
/// configuration.
pub(super) fn readable(registry: &Registry, config: &Config) -> (AllSettings, Vec<Problem>) {
    let mut problems = config.unknown_children("", &SECTIONS);
    let (section, theirs) = config.readable::<RuntimeSection>("runtime");
    problems.extend(theirs);
    problems.extend(unknown_profile(registry, config, &section));
    let names: Vec<&str> = registry.specs().map(|spec| spec.ty.as_str()).collect();
    problems.extend(config.unknown_children("daemons", &names));
    for spec in registry.specs() {
        problems.extend(own_problems(spec, config));
    }
    let mut all = AllSettings::with_capacity(registry.daemons.len());
    for spec in registry.specs() {
        let (settings, theirs) = settings(spec, config);
        all.push(settings);
        problems.extend(theirs);
    }
    problems.sort();
    problems.dedup();
    (all, problems)
}

fn unknown_profile(registry: &Registry, config: &Config, section: &RuntimeSection) -> Option<Problem> {
    let name = section.profile.as_deref()?;
    let known: Vec<&str> = profiles(registry).into_iter().collect();
    match known.as_slice() {
        [] => Some(config.problem("runtime.profile", "must be removed: no daemon of this program is in a profile")),
        known => config.unknown_name("runtime.profile", name, known),
    }
}

/// The problems of the daemon's own part of its section.
fn own_problems(spec: &DaemonSpec, config: &Config) -> Vec<Problem> {
    let section = || format!("daemons.{}", spec.ty);
    match spec.config {
        Some(check) => check(config, &section()),
        None if config.is_silent_on(&["daemons", spec.ty.as_str()]) => Vec::new(),
        None => config.section_without::<NoKeys>(&section(), &["options"]).err().unwrap_or_default(),
    }
}

fn settings(spec: &DaemonSpec, config: &Config) -> ((Settings, Option<bool>), Vec<Problem>) {
    if config.is_silent_on(&["daemons", spec.ty.as_str(), "options"])
        && let Ok(schedule) = schedule(spec, &OptionsSection::default())
    {
        return ((Settings { overridden: None, schedule }, None), Vec::new());
    }
    let path = format!("daemons.{}.options", spec.ty);
    let (section, mut problems) = config.readable::<OptionsSection>(&path);
    let unread: Vec<&str> = problems.iter().filter_map(|problem| option_of(&path, problem)).collect();
    let misfits = rules::check(spec, &section, &unread);
    let schedule = schedule(spec, &section);
    let misfits = misfits.into_iter().chain(schedule.as_ref().err().cloned());
    problems.extend(misfits.map(|(key, message)| config.problem(&format!("{path}.{key}"), message)));
    let overridden = Some(Box::new(options(spec, &section)));
    ((Settings { overridden, schedule: schedule.unwrap_or(Schedule::OnRequest) }, section.enabled), problems)
}

/// The option that a problem of the section at `path` is about.
fn option_of<'a>(path: &str, problem: &'a Problem) -> Option<&'a str> {
    let key = problem.path.strip_prefix(path)?.strip_prefix('.')?;
    key.split(['.', '[']).next()
}

fn schedule(spec: &DaemonSpec, section: &OptionsSection) -> Result<Schedule, Misfit> {
    let (line, zone) = match spec.schedule {
        ScheduleSpec::Cron { line, zone } => (Some(line), zone),
        ScheduleSpec::OnRequest | ScheduleSpec::Every(_) => (None, "UTC"),
    };
    let line = section.schedule.as_deref().or(line);
    let zone = section.tz.as_deref().unwrap_or(zone);
    match (section.cycle, line, spec.schedule) {
        (Some(cycle), ..) => Ok(Schedule::Every(cycle.0)),
        (None, Some(line), _) => cron(line, zone),
        (None, None, ScheduleSpec::Every(cycle)) => Ok(Schedule::Every(cycle)),
        (None, None, _) => Ok(Schedule::OnRequest),
    }
}

fn cron(line: &str, zone: &str) -> Result<Schedule, Misfit> {
    let cron = CronSchedule::parse(line, zone).map_err(|error| match &error {
        InvalidSchedule::Zone(_) => ("tz", format!("is not valid: {error}")),
        InvalidSchedule::Cron { .. } => ("schedule", format!("is not valid: {error}")),
    })?;
    Ok(Schedule::Cron(Box::new(cron)))
}

fn options(spec: &DaemonSpec, section: &OptionsSection) -> Options {
    let mut options = spec.options;
    let set = |field: &mut Duration, value: Option<HumanDuration>| {
        if let Some(value) = value {
            *field = value.0;
        }
    };
    set(&mut options.jitter, section.jitter);
    set(&mut options.handler_timeout, section.handler_timeout);
    set(&mut options.start_timeout, section.start_timeout);
    set(&mut options.stop_timeout, section.stop_timeout);
    set(&mut options.stall_after, section.stall_after);
    set(&mut options.startup_grace, section.startup_grace);
    set(&mut options.health_check_interval, section.health_check_interval);
    set(&mut options.restart.reset, section.restart_reset);
    if let Some((first, cap)) = section.backoff {
        options.restart.backoff = crate::words::restart::Backoff { first: first.0, cap: cap.0 };
    }
    options.cycle_timeout = section.cycle_timeout.map(|limit| limit.0).or(options.cycle_timeout);
    options.enabled = section.enabled.unwrap_or(options.enabled);
    options.restart.restart = section.restart.unwrap_or(options.restart.restart);
    options.restart.max_restarts = section.max_restarts.map_or(options.restart.max_restarts, NonZeroU32::get);
    options.on_unhealthy = section.on_unhealthy.unwrap_or(options.on_unhealthy);
    options.critical = section.critical.unwrap_or(options.critical);
    let exhausted = section.on_exhausted.or(spec.on_exhausted);
    options.restart.on_exhausted = OnExhausted::effective(exhausted, options.critical);
    options.mailbox = section.mailbox.map_or(options.mailbox, NonZeroU32::get);
    options.overflow = section.overflow.unwrap_or(options.overflow);
    options.concurrency = section.concurrency.map_or(options.concurrency, NonZeroU32::get);
    options
}
