//! What a daemon waits for before it starts.

use std::collections::HashMap;

use crate::{
    declaration::live::{record::Record, world::World},
    words::{
        daemon_type::DaemonType,
        state::{State, StateName},
    },
};

/// The dependencies that are not ready, each with its state.
pub(crate) fn missing(world: &World, record: &Record) -> Vec<(DaemonType, State)> {
    let missing = world.depends_on(record).filter(|other| !other.is_ready());
    missing.map(|other| (other.ty, other.state())).collect()
}

/// The wanted daemons that are still on their way.
fn unsettled_wants(world: &World, record: &Record) -> Vec<(DaemonType, State)> {
    let mut known = HashMap::new();
    let on_their_way = world.wants(record).filter(|other| is_on_its_way(world, other, &mut known));
    on_their_way.map(|other| (other.ty, other.state())).collect()
}

/// Neither ready nor settled; nor held up by one that is settled, nor retried for ever. What is
/// known of one daemon is asked once, however many depend on it.
fn is_on_its_way(world: &World, record: &Record, known: &mut HashMap<u32, bool>) -> bool {
    if let Some(known) = known.get(&record.index) {
        return *known;
    }
    let is_on_its_way = !record.is_ready()
        && match record.state() {
            State::Waiting { .. } => {
                world.depends_on(record).all(|other| other.is_ready() || is_on_its_way(world, other, known))
            }
            State::Backoff { attempt, .. } => attempt <= record.options().restart.max_restarts,
            state => !state.name().is_settled(),
        };
    known.insert(record.index, is_on_its_way);
    is_on_its_way
}

/// `Waiting`, with whom and why; `None` when the daemon may start.
pub(crate) fn waiting(world: &World, record: &Record) -> Option<State> {
    let mut blockers = missing(world, record);
    blockers.extend(unsettled_wants(world, record));
    if blockers.is_empty() {
        return None;
    }
    let cause = blockers.iter().map(|(daemon, state)| describe(*daemon, state)).collect::<Vec<_>>().join("; ");
    Some(State::Waiting { on: blockers.into_iter().map(|(daemon, _)| daemon).collect(), cause: cause.into() })
}

/// "`auto_sync` is in backoff".
pub(crate) fn describe(daemon: DaemonType, state: &State) -> String {
    match state.name() {
        StateName::Backoff => format!("`{daemon}` is in backoff: {}", state.cause()),
        StateName::Waiting => format!("`{daemon}` is waiting"),
        name if state.cause().is_empty() => format!("`{daemon}` is {name}"),
        name => format!("`{daemon}` is {name}: {}", state.cause()),
    }
}
