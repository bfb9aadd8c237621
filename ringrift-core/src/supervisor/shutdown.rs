//! The stop of a runtime: dependents before their dependencies, under one budget.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::transition::transition;
use crate::{
    declaration::live::{intent::Intent, record::Record, world::World},
    words::{
        daemon_type::DaemonType,
        state::{State, StateName},
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

/// What the stop of daemons with these `stop_timeout`s may take, so that the order is never given up.
pub(crate) fn budget(stop_timeouts: impl Iterator<Item = Duration>) -> Duration {
    stop_timeouts.map(|limit| limit + BEYOND_STOP_TIMEOUT).sum::<Duration>() + LAST_CALL
}

/// Stops the daemons in `scope`, each once its dependents in it have ended; returns those that
/// can't be stopped, each with what it does not end.
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
    let at_once = at_once.notified();
    tokio::pin!(at_once);
    let left = loop {
        let changed = world.changed.notified();
        let next = if Instant::now() < last_call {
            tell(world, &scope, cause, |record| has_no_dependents(world, &scope, record));
            last_call
        } else {
            tell(world, &scope, cause, |_| true);
            deadline
        };
        if scope.iter().all(|index| has_ended(world.record(*index))) {
            break Left::Nothing;
        }
        tokio::select! {
            result = timeout_at(next, changed) => if result.is_err() && next == deadline { break Left::Unwanted },
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

/// Tells the wanted daemons that may stop now; those that started last, first.
fn tell(world: &World, scope: &BTreeSet<u32>, cause: &'static str, may_stop: impl Fn(&Record) -> bool) {
    let wanted = scope.iter().rev().map(|index| world.record(*index)).filter(|record| record.is_wanted());
    for record in wanted.filter(|record| may_stop(record)) {
        record.set_intent(Intent::Stop { cause: cause.into() });
    }
}

/// Whether nobody in `scope` that depends on it lives.
fn has_no_dependents(world: &World, scope: &BTreeSet<u32>, record: &Record) -> bool {
    let mut dependents = world.dependents(record).filter(|dependent| scope.contains(&dependent.index));
    dependents.all(|dependent| has_ended(dependent))
}

/// Whether the daemon is not wanted, and nothing of it lives.
pub(crate) fn has_ended(record: &Record) -> bool {
    let name = record.status().state.name();
    match name {
        StateName::Leaked | StateName::Disabled | StateName::Stopped => true,
        // They would start again.
        StateName::Completed | StateName::Failed => !record.is_wanted(),
        _ => false,
    }
}

/// Marks what is left as leaked, and names it.
fn leaked(world: &Arc<World>, scope: &BTreeSet<u32>, left: Left) -> Vec<(DaemonType, String)> {
    let is_left = |record: &&Arc<Record>| match left {
        Left::Nothing => false,
        Left::Unwanted => !has_ended(record) && !record.is_wanted(),
        Left::Everything => !has_ended(record),
    };
    for record in scope.iter().map(|index| world.record(*index)).filter(is_left) {
        let cause = match record.hook.current() {
            Some((hook, _)) => {
                format!("its {} does not end", crate::declaration::live::record::Hook::from_number(hook).as_str())
            }
            None => format!("it was still {} when the time to stop was over", record.state()),
        };
        transition(world, record, State::Leaked { cause: cause.into() });
    }
    let states = scope.iter().map(|index| world.record(*index)).map(|record| (record.ty, record.state()));
    let leaked = states.filter_map(|(ty, state)| match state {
        State::Leaked { cause } => Some((ty, cause.into_owned())),
        _ => None,
    });
    let mut leaked: Vec<_> = leaked.collect();
    leaked.sort();
    leaked
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
