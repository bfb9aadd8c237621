//! The runtime's own events.

use std::sync::Arc;

use crate::{
    builtin::events::{DaemonFailed, DaemonRecovered, DaemonRestarted, DaemonStalled, DaemonStarted, DaemonStopped},
    declaration::live::{record::Record, world::World},
    words::{
        event::{Envelope, Event},
        state::{State, StateName},
    },
};

/// Publishes an event of the runtime; it is built only when somebody hears it.
fn publish<E: Event>(world: &World, event: impl FnOnce() -> E) {
    if world.router.has_subscribers(E::meta()) {
        // A full mailbox makes it a dead letter at once: the supervisor waits for nobody. After the
        // end of the runtime there is nobody to tell.
        _ = world.router.publish(Envelope::from_outside(event())).map(drop);
    }
}

pub(super) fn state_changed(world: &Arc<World>, record: &Record, old: &State, new: &State) {
    let daemon = || record.ty.as_str().to_owned();
    let cause = || new.cause().to_owned();
    let (incarnation, restarts) = {
        let status = record.status();
        (status.incarnation, status.restarts)
    };
    match new.name() {
        StateName::Running => publish(world, || DaemonStarted { daemon: daemon(), incarnation }),
        StateName::Stopped | StateName::Disabled if !matches!(old.name(), StateName::Stopped | StateName::Disabled) => {
            publish(world, || DaemonStopped { daemon: daemon(), cause: cause() });
        }
        StateName::Failed | StateName::Leaked => {
            publish(world, || DaemonFailed { daemon: daemon(), cause: cause(), restarts });
        }
        StateName::Starting if incarnation > 1 && old.name() != StateName::Starting => {
            publish(world, || DaemonRestarted { daemon: daemon(), incarnation, restarts });
        }
        _ => {}
    }
}

pub(super) fn stalled(world: &World, record: &Record, what: &str, for_ms: u64) {
    publish(world, || DaemonStalled { daemon: record.ty.as_str().to_owned(), what: what.to_owned(), for_ms });
}

pub(super) fn recovered(world: &World, record: &Record, what: &str) {
    publish(world, || DaemonRecovered { daemon: record.ty.as_str().to_owned(), what: what.to_owned() });
}
