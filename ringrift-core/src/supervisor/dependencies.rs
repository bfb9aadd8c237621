//! What a daemon waits for before it starts.

use crate::{
    declaration::live::{record::Record, world::World},
    words::{
        daemon_type::DaemonType,
        state::{State, StateName},
    },
};

/// The dependencies that are not ready, each with its state.
pub(crate) fn missing(world: &World, record: &Record) -> Vec<(DaemonType, State)> {
    let states = record.depends_on.iter().map(|index| world.record(*index));
    let not_ready = states.map(|record| (record.ty, record.state())).filter(|(_, state)| !state.is_ready());
    not_ready.collect()
}

/// The wanted daemons that are still on their way: neither ready nor settled.
fn unsettled_wants(world: &World, record: &Record) -> Vec<(DaemonType, State)> {
    let states = record.wants.iter().map(|index| world.record(*index));
    let on_their_way = |state: &State| !state.is_ready() && !state.name().is_settled();
    states.map(|record| (record.ty, record.state())).filter(|(_, state)| on_their_way(state)).collect()
}

/// `Waiting`, with whom and why; `None` when the daemon may start.
pub(crate) fn waiting(world: &World, record: &Record) -> Option<State> {
    let mut blockers = missing(world, record);
    blockers.extend(unsettled_wants(world, record));
    if blockers.is_empty() {
        return None;
    }
    let cause = blockers.iter().map(|(daemon, state)| describe(*daemon, state)).collect::<Vec<_>>().join("; ");
    Some(State::Waiting { on: blockers.into_iter().map(|(daemon, _)| daemon).collect(), cause })
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
