//! `[daemons.x.options]`: the numbers that an operator overrides, by the macro's own rules.

use std::time::Duration;

use serde::Deserialize;

use super::section::RuntimeSection;
use crate::{
    config::{Config, duration::HumanDuration, problem::Problem},
    declaration::{
        live::settings::{InForce, Settings},
        registry::Registry,
        spec::DaemonSpec,
    },
    words::{
        options::{OnUnhealthy, Options, Overflow},
        restart::{OnExhausted, Restart},
        schedule::{CronSchedule, Schedule},
    },
};

/// What may stand in the section.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OptionsSection {
    enabled: Option<bool>,
    cycle: Option<HumanDuration>,
    schedule: Option<String>,
    tz: Option<String>,
    jitter: Option<HumanDuration>,
    cycle_timeout: Option<HumanDuration>,
    handler_timeout: Option<HumanDuration>,
    start_timeout: Option<HumanDuration>,
    stop_timeout: Option<HumanDuration>,
    stall_after: Option<HumanDuration>,
    startup_grace: Option<HumanDuration>,
    restart: Option<Restart>,
    max_restarts: Option<u32>,
    backoff: Option<(HumanDuration, HumanDuration)>,
    restart_reset: Option<HumanDuration>,
    on_exhausted: Option<OnExhausted>,
    on_unhealthy: Option<OnUnhealthy>,
    critical: Option<bool>,
    health_check_interval: Option<HumanDuration>,
    mailbox: Option<u32>,
    overflow: Option<Overflow>,
    concurrency: Option<u32>,
}

/// A section without a config type: every key in it is unknown.
#[derive(Debug, Default, Deserialize)]
struct NoKeys {}

/// The settings of every daemon, as in the registry; with whether the operator switched it on or off
/// by name.
pub(super) type AllSettings = Vec<(Settings, Option<bool>)>;

/// Every problem of the configuration, of every daemon, without starting anything.
pub fn check_config(registry: &Registry, config: &Config) -> Vec<Problem> {
    checked(registry, config).err().unwrap_or_default()
}

/// The effective settings of every daemon, or every problem of the configuration.
pub(super) fn checked(registry: &Registry, config: &Config) -> Result<AllSettings, Vec<Problem>> {
    let mut problems = config.unknown_children("", &["runtime", "daemons"]);
    problems.extend(config.section::<RuntimeSection>("runtime").err().into_iter().flatten());
    let names: Vec<&str> = registry.specs().map(|spec| spec.ty.as_str()).collect();
    problems.extend(config.unknown_children("daemons", &names));
    for spec in registry.specs() {
        problems.extend(own_problems(spec, config));
    }
    let mut all = AllSettings::with_capacity(registry.daemons.len());
    for spec in registry.specs() {
        match settings(spec, config) {
            Ok(settings) => all.push(settings),
            Err(theirs) => problems.extend(theirs),
        }
    }
    problems.sort();
    problems.dedup();
    if problems.is_empty() { Ok(all) } else { Err(problems) }
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

fn settings(spec: &'static DaemonSpec, config: &Config) -> Result<(Settings, Option<bool>), Vec<Problem>> {
    if config.is_silent_on(&["daemons", spec.ty.as_str(), "options"])
        && let Ok(schedule) = spec.schedule.resolve()
    {
        return Ok((Settings { options: InForce::Declared(&spec.options), schedule }, None));
    }
    let path = format!("daemons.{}.options", spec.ty);
    let (section, mut problems) = read(config, &path);
    let out_of_range = range_problems(&section).into_iter();
    problems.extend(out_of_range.map(|(key, message)| config.problem(&format!("{path}.{key}"), message)));
    let schedule = match schedule(spec, &section) {
        Ok(schedule) => schedule,
        Err((key, message)) => {
            problems.push(config.problem(&format!("{path}.{key}"), message));
            Schedule::OnRequest
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    let options = InForce::Overridden(Box::new(options(spec, &section)));
    Ok((Settings { options, schedule }, section.enabled))
}

/// The section without what can't be read, so that this hides nothing of the rest.
fn read(config: &Config, path: &str) -> (OptionsSection, Vec<Problem>) {
    let problems = match config.section(path) {
        Ok(section) => return (section, Vec::new()),
        Err(problems) => problems,
    };
    let key = |problem: &'_ Problem| problem.path.strip_prefix(path)?.strip_prefix('.').map(str::to_owned);
    let wrong: Vec<String> = problems.iter().filter_map(key).collect();
    let wrong: Vec<&str> = wrong.iter().map(|key| key.split(['.', '[']).next().unwrap_or(key)).collect();
    (config.section_without(path, &wrong).unwrap_or_default(), problems)
}

/// The macro's ranges.
fn range_problems(section: &OptionsSection) -> Vec<(&'static str, String)> {
    let durations = [
        ("cycle", section.cycle),
        ("cycle_timeout", section.cycle_timeout),
        ("handler_timeout", section.handler_timeout),
        ("start_timeout", section.start_timeout),
        ("stop_timeout", section.stop_timeout),
        ("stall_after", section.stall_after),
        ("restart_reset", section.restart_reset),
        ("health_check_interval", section.health_check_interval),
    ];
    let counts =
        [("max_restarts", section.max_restarts), ("mailbox", section.mailbox), ("concurrency", section.concurrency)];
    let zero_durations = durations.iter().filter(|(_, value)| value.is_some_and(|value| value.0.is_zero()));
    let zero_counts = counts.iter().filter(|(_, value)| *value == Some(0));
    let mut problems: Vec<_> = zero_durations.map(|(key, _)| (*key, "must be longer than 0".to_owned())).collect();
    problems.extend(zero_counts.map(|(key, _)| (*key, "must be at least 1".to_owned())));
    if let Some((first, cap)) = &section.backoff
        && (first.0.is_zero() || first.0 > cap.0)
    {
        problems.push((
            "backoff",
            format!("must go from more than 0 up to a cap that is not smaller, not from {first} to {cap}"),
        ));
    }
    problems
}

fn schedule(spec: &DaemonSpec, section: &OptionsSection) -> Result<Schedule, (&'static str, String)> {
    match (&section.cycle, &section.schedule) {
        (Some(_), Some(_)) => Err(("cycle", "excludes `schedule`: write one of the two".to_owned())),
        (None, None) if section.tz.is_some() => Err(("tz", "needs a `schedule` beside it".to_owned())),
        (Some(cycle), None) => Ok(Schedule::Every(cycle.0)),
        (None, Some(line)) => CronSchedule::parse(line, section.tz.as_deref().unwrap_or("UTC"))
            .map(|cron| Schedule::Cron(Box::new(cron)))
            .map_err(|error| ("schedule", error.to_string())),
        (None, None) => spec.schedule.resolve().map_err(|error| ("schedule", error.to_string())),
    }
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
    options.restart.max_restarts = section.max_restarts.unwrap_or(options.restart.max_restarts);
    options.restart.on_exhausted = section.on_exhausted.unwrap_or(options.restart.on_exhausted);
    options.on_unhealthy = section.on_unhealthy.unwrap_or(options.on_unhealthy);
    options.critical = section.critical.unwrap_or(options.critical);
    options.mailbox = section.mailbox.unwrap_or(options.mailbox);
    options.overflow = section.overflow.unwrap_or(options.overflow);
    options.concurrency = section.concurrency.unwrap_or(options.concurrency);
    options
}
