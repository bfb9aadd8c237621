//! What is wanted of a daemon, and what that makes of its state at once.
//!
//! Both change in one step. A daemon that has ended, `Stopped` or `Disabled`, is wanted by nobody, and its
//! task, if it has one, only waits to be wanted; so whoever wants it says that it waits. Of everything that
//! lives its own task says the state, and looks then at what is wanted of it.

use std::sync::Arc;

use super::transition::change;
use crate::{
    declaration::live::{intent::Intent, record::Record, signals::Signal, world::World},
    words::state::{Cause, State, StateName},
};

/// Wants it to run. What runs goes on, and what has failed is tried again.
pub(crate) fn run(world: &Arc<World>, record: &Arc<Record>) {
    change(world, record, |status| {
        let was_wanted = *status.intent() == Intent::Run;
        record.want(status, Intent::Run);
        match status.state.name() {
            StateName::Stopped | StateName::Disabled => {
                Some(State::Waiting { on: Vec::new(), cause: "an operator starts it".into() })
            }
            // A stop that its task has not seen, and will not see any more, has ended nothing.
            StateName::Completed if was_wanted => None,
            StateName::Failed | StateName::Completed => {
                record.signals.raise(Signal::Restart);
                None
            }
            _ => None,
        }
    });
}

/// Tells it to stop, if it is wanted.
pub(crate) fn stop(world: &Arc<World>, record: &Arc<Record>, cause: &Cause) {
    change(world, record, |status| {
        if *status.intent() == Intent::Run {
            record.want(status, Intent::Stop { cause: cause.clone() });
        }
        None
    });
}

/// Wants it off, whatever was wanted.
pub(crate) fn disable(world: &Arc<World>, record: &Arc<Record>, cause: &Cause) {
    change(world, record, |status| {
        record.want(status, Intent::Off { cause: cause.clone() });
        (status.state.name() == StateName::Stopped).then(|| State::Disabled { cause: cause.clone() })
    });
}

/// Says, for the task of a daemon of which nothing lives, that it has ended; unless it is wanted.
pub(super) fn ended(world: &Arc<World>, record: &Arc<Record>) {
    change(world, record, |status| match status.intent() {
        Intent::Run => None,
        Intent::Stop { cause } => Some(State::Stopped { cause: cause.clone() }),
        // What was not selected has no task before it is wanted.
        Intent::Off { cause } => Some(State::Disabled { cause: cause.clone() }),
    });
}
