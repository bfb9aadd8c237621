//! Which values an option can't have, and which options can't stand together or alone: the macro's
//! rules, in its words, for what the configuration says.
//!
//! What the configuration says replaces what is declared, option by option: a `schedule` there goes in
//! place of a declared `cycle`, and `restart = "never"` leaves declared limits without use. So only
//! options of the configuration can be wrong, seen together with what is in force beside them.

use super::overrides::OptionsSection;
use crate::{
    declaration::spec::DaemonSpec,
    words::{
        options::Kind,
        restart::Restart,
        schedule::{CronSchedule, ScheduleSpec},
    },
};

/// An option that is wrong, and what is to be read after its name.
pub(super) type Misfit = (&'static str, String);

/// Every option that breaks a rule; of those that stand beside an `unread` one, which may be what they
/// need, only what is wrong by itself.
pub(super) fn check(spec: &DaemonSpec, section: &OptionsSection, unread: &[&str]) -> Vec<Misfit> {
    let mut misfits = out_of_range(section);
    misfits.extend(unknown_zone(section));
    let is_read = |keys: &[&str]| !keys.iter().any(|key| unread.contains(key));
    let mut rules = pace(spec, section);
    if is_read(&["cycle", "schedule"]) {
        rules.extend(spread(spec, section));
    }
    if is_read(&["restart"]) {
        rules.extend(limits(spec, section));
    }
    misfits.extend(rules.into_iter().map(|(key, rule)| (key, format!("does not fit: {rule}"))));
    misfits
}

/// Also of a schedule that can't be read, or that is not there.
fn unknown_zone(section: &OptionsSection) -> Option<Misfit> {
    let error = CronSchedule::zone(section.tz.as_deref()?).err()?;
    Some(("tz", format!("is not valid: {error}")))
}

fn out_of_range(section: &OptionsSection) -> Vec<Misfit> {
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
    let zero_durations = durations.iter().filter(|(_, value)| value.is_some_and(|value| value.0.is_zero()));
    let mut misfits: Vec<_> = zero_durations.map(|(key, _)| (*key, "must be longer than 0".to_owned())).collect();
    if let Some((first, cap)) = &section.backoff
        && (first.0.is_zero() || first.0 > cap.0)
    {
        misfits.push((
            "backoff",
            format!("must go from more than 0 up to a cap that is not smaller, not from {first} to {cap}"),
        ));
    }
    misfits
}

/// Whether the daemon has cycles that come again.
fn has_pace(spec: &DaemonSpec) -> bool {
    !spec.has_runner && spec.kind == Kind::Service && (spec.has_cycle)()
}

/// What says when cycles run.
fn pace(spec: &DaemonSpec, section: &OptionsSection) -> Vec<Misfit> {
    let paces = [("cycle", section.cycle.is_some()), ("schedule", section.schedule.is_some())];
    let paces = paces.into_iter().filter_map(|(key, is_given)| is_given.then_some(key));
    let limit = section.cycle_timeout.map(|_| "cycle_timeout");
    if spec.has_runner {
        let rule = |key| format!("a `runner` goes at its own pace, in place of cycles; remove `{key}`");
        return paces.chain(limit).map(|key| (key, rule(key))).collect();
    }
    if spec.kind == Kind::Task {
        return paces.map(|key| (key, format!("a task runs once and has no `{key}`; remove it"))).collect();
    }
    if !(spec.has_cycle)() {
        let method = "`async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult`";
        let rule = |key| {
            let rule = format!("the daemon has no `run_cycle`, of which `{key}` is the pace");
            format!("{rule}; remove `{key}`, or write {method} in its `impl Daemon`")
        };
        return paces.map(|key| (key, rule(key))).collect();
    }
    if section.cycle.is_some() && section.schedule.is_some() {
        let rule = "`cycle` and `schedule` exclude each other; keep the one that is meant";
        return vec![("schedule", rule.to_owned())];
    }
    Vec::new()
}

/// What says more of a pace.
fn spread(spec: &DaemonSpec, section: &OptionsSection) -> Vec<Misfit> {
    let is_declared_cron = matches!(spec.schedule, ScheduleSpec::Cron { .. });
    let has_schedule = section.schedule.is_some() || (is_declared_cron && section.cycle.is_none());
    let is_paced = section.cycle.is_some() || section.schedule.is_some() || spec.schedule != ScheduleSpec::OnRequest;
    let mut misfits = Vec::new();
    if section.tz.is_some() && !has_schedule {
        let add = if has_pace(spec) { "add `schedule = \"0 3 * * *\"`, or " } else { "" };
        misfits.push(("tz", format!("`tz` is the time zone of a `schedule`, and there is none; {add}remove `tz`")));
    }
    if section.jitter.is_some() && !is_paced {
        let add = if has_pace(spec) { "add one, or " } else { "" };
        let rule = "`jitter` spreads the cycles of `cycle` or `schedule`, and there is neither";
        misfits.push(("jitter", format!("{rule}; {add}remove `jitter`")));
    }
    misfits
}

/// The limits of restarts that there are none of.
fn limits(spec: &DaemonSpec, section: &OptionsSection) -> Vec<Misfit> {
    if section.restart.unwrap_or(spec.options.restart.restart) != Restart::Never {
        return Vec::new();
    }
    let way_out = match section.restart {
        Some(_) => "remove one of the two",
        None => "remove it, or add `restart = \"on_failure\"`",
    };
    let limits = [
        ("max_restarts", section.max_restarts.is_some()),
        ("backoff", section.backoff.is_some()),
        ("restart_reset", section.restart_reset.is_some()),
        ("on_exhausted", section.on_exhausted.is_some()),
    ];
    let given = limits.into_iter().filter_map(|(key, is_given)| is_given.then_some(key));
    given.map(|key| (key, format!("a daemon with `restart = \"never\"` has no `{key}`; {way_out}"))).collect()
}
