//! The stop of a runtime: dependents before their dependencies, under one budget.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::{transition::change, wishes};
use crate::{
    declaration::live::{
        intent::Intent,
        record::{Hook, Record},
        status::Status,
        world::World,
    },
    delivery::watch::Watch,
    words::{
        daemon_type::DaemonType,
        state::{Cause, State, StateName},
    },
};

/// How long the stop of everything may take.
pub(crate) const STOP_BUDGET: Duration = Duration::from_secs(25);

/// So long before the end of its budget a stop gives the order up, and tells all that are left: one
/// daemon that does everything wrong takes up to 9 s with the default `stop_timeout`.
const LAST_CALL: Duration = Duration::from_secs(10);

/// What a daemon that does everything wrong takes beyond its `stop_timeout`: a second for each of the
/// two hooks of the end, for the tasks that are aborted, and for what is borrowed; see `ending.rs`.
const BEYOND_STOP_TIMEOUT: Duration = Duration::from_secs(4);

/// One that blocks its thread can't even be cut off: it is given up so long after it had to have ended.
const GRACE: Duration = Duration::from_secs(1);

/// Those that were told to stop, each with the time by which it has ended, or never will.
type Told = BTreeMap<u32, Instant>;

/// What the stop of daemons with these `stop_timeout`s may take, so that the order is never given up.
pub(crate) fn budget(stop_timeouts: impl Iterator<Item = Duration>) -> Duration {
    stop_timeouts.map(|limit| limit + BEYOND_STOP_TIMEOUT).sum::<Duration>() + LAST_CALL
}

/// Stops the daemons in `scope`, each once its dependents in it have ended; returns those that
/// can't be stopped, each with what it does not end. Each is told once: one that somebody wants again
/// after that is waited for no longer.
pub(crate) async fn stop(
    world: &Arc<World>,
    scope: &[u32],
    cause: &'static str,
    budget: Duration,
    at_once: &Notify,
) -> Vec<(DaemonType, String)> {
    let deadline = Instant::now() + budget;
    let last_call = deadline - LAST_CALL.min(budget);
    let scope: BTreeSet<u32> = scope.iter().copied().collect();
    let unwanted = scope.iter().map(|index| world.record(*index)).filter(|record| !record.is_wanted());
    let mut told: Told = unwanted.map(|record| (record.index, last_moment(record))).collect();
    let at_once = at_once.notified();
    tokio::pin!(at_once);
    let left = loop {
        let changed = world.changed.notified();
        give_up(world, &told);
        let next = if Instant::now() < last_call {
            tell(world, &scope, &mut told, cause, |told, record| has_no_dependents(world, &scope, told, record));
            last_call
        } else {
            tell(world, &scope, &mut told, cause, |_, _| true);
            deadline
        };
        if scope.iter().all(|index| is_over(&told, world.record(*index))) {
            break Left::Nothing;
        }
        let living = told.iter().filter(|(index, _)| !is_over(&told, world.record(**index)));
        let next = living.map(|(_, last)| *last).fold(next, Instant::min);
        tokio::select! {
            result = timeout_at(next, changed) => if result.is_err() && Instant::now() >= deadline { break Left::Unwanted },
            () = &mut at_once => break Left::Everything,
        }
    };
    leaked(world, &scope, left)
}

/// What lives at the end of a stop although it was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// All had ended. What lives now was started since.
    Nothing,
    /// The time is over: what nobody has started again since.
    Unwanted,
    /// The stop was cut short, and not all had been told.
    Everything,
}

/// Tells the daemons that may stop now and were not told; those that started last, first.
fn tell(
    world: &Arc<World>,
    scope: &BTreeSet<u32>,
    told: &mut Told,
    cause: &'static str,
    may_stop: impl Fn(&Told, &Record) -> bool,
) {
    for record in scope.iter().rev().map(|index| world.record(*index)) {
        if !told.contains_key(&record.index) && may_stop(told, record) {
            wishes::stop(world, record, &cause.into());
            told.insert(record.index, last_moment(record));
        }
    }
}

/// When a daemon that is told to stop now has ended, unless it never will.
fn last_moment(record: &Record) -> Instant {
    Instant::now() + record.options().stop_timeout + BEYOND_STOP_TIMEOUT + GRACE
}

/// Marks those as leaked that had to have ended: what they need is not to wait for them.
fn give_up(world: &Arc<World>, told: &Told) {
    let now = Instant::now();
    for (index, _) in told.iter().filter(|(_, last)| **last <= now) {
        leak(world, world.record(*index), Left::Unwanted);
    }
}

/// Whether the stop is over for all in `scope` that depend on it.
fn has_no_dependents(world: &World, scope: &BTreeSet<u32>, told: &Told, record: &Record) -> bool {
    let mut dependents = world.dependents(record).filter(|dependent| scope.contains(&dependent.index));
    dependents.all(|dependent| is_over(told, dependent))
}

/// Whether nothing of it lives, or somebody wanted it again after it was told to stop.
fn is_over(told: &Told, record: &Record) -> bool {
    let status = record.status();
    has_ended(&status) || (told.contains_key(&record.index) && *status.intent() == Intent::Run)
}

/// Whether the daemon is not wanted, and nothing of it lives.
fn has_ended(status: &Status) -> bool {
    matches!(status.state.name(), StateName::Leaked | StateName::Disabled | StateName::Stopped)
}

/// Marks one that is left as leaked.
fn leak(world: &Arc<World>, record: &Arc<Record>, left: Left) {
    let is_left = |status: &Status| match left {
        Left::Nothing => false,
        Left::Unwanted => !has_ended(status) && *status.intent() != Intent::Run,
        Left::Everything => !has_ended(status),
    };
    // In one step, or it leaks what somebody has wanted again meanwhile.
    change(world, record, |status| is_left(status).then(|| State::Leaked { cause: why_left(record, status, left) }));
}

/// Marks what is left as leaked, and names it.
fn leaked(world: &Arc<World>, scope: &BTreeSet<u32>, left: Left) -> Vec<(DaemonType, String)> {
    scope.iter().for_each(|index| leak(world, world.record(*index), left));
    let states = scope.iter().map(|index| world.record(*index)).map(|record| (record.ty, record.state()));
    let leaked = states.filter_map(|(ty, state)| match state {
        State::Leaked { cause } => Some((ty, cause.into_owned())),
        _ => None,
    });
    let mut leaked: Vec<_> = leaked.collect();
    leaked.sort();
    leaked
}

fn why_left(record: &Record, status: &Status, left: Left) -> Cause {
    // Of one that was given no time to end nobody knows that it does not.
    let (does, over) = match left {
        Left::Nothing | Left::Unwanted => ("does not end", "the time to stop was over"),
        Left::Everything => ("had not ended when the stop was cut short", "the stop was cut short"),
    };
    if let Some((hook, _)) = record.hook.current() {
        return format!("its {} {does}", Hook::from_number(hook).as_str()).into();
    }
    let in_hand = record.mailbox.as_ref().and_then(|mailbox| {
        let (slot, _) = mailbox.watches().find_map(Watch::current)?;
        Some(mailbox.slots.get(slot as usize)?.handler)
    });
    match in_hand {
        Some(handler) => format!("its handler `{handler}` {does}").into(),
        None => format!("it was still {} when {over}", status.state).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::budget;

    #[test]
    fn the_budget_has_four_seconds_for_each_beyond_its_stop_timeout_and_ten_for_the_last_call() {
        for (stop_timeouts, seconds) in [(&[5][..], 19), (&[5, 5], 28), (&[5, 60, 1], 88)] {
            let stop_timeouts = stop_timeouts.iter().map(|seconds| Duration::from_secs(*seconds));
            assert_eq!(budget(stop_timeouts), Duration::from_secs(seconds));
        }
    }
}
