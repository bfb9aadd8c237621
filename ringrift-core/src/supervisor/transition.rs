//! The one function that changes a daemon's state, so that time, mailbox, log line, event and
//! dependents can't disagree.

use std::{
    collections::HashSet,
    num::NonZeroU64,
    sync::{Arc, MutexGuard, atomic::Ordering::SeqCst},
};

use super::announce;
use crate::{
    declaration::live::{incarnation::Life, intent::Intent, record::Record, status::Status, world::World},
    delivery::{
        dead_letters::{DeadReason, Death},
        mail::Gate,
    },
    words::state::{State, StateName},
};

/// Puts the daemon in `state`. `Leaked` is final: what is stuck may still come to an end, but
/// nobody relies on it any more.
pub(crate) fn transition(world: &Arc<World>, record: &Arc<Record>, state: State) {
    change(world, record, |_| Some(state));
}

/// Changes what is wanted of the daemon, or its state, or both in one step: nobody sees one without the other.
pub(super) fn change(world: &Arc<World>, record: &Arc<Record>, decide: impl FnOnce(&mut Status) -> Option<State>) {
    let mut status = record.status();
    let intent = status.intent().clone();
    let state = decide(&mut status);
    let is_told = *status.intent() != intent;
    match state {
        Some(state) if status.state != state && status.state.name() != StateName::Leaked => {
            go(world, record, status, state);
        }
        _ => drop(status),
    }
    if is_told {
        record.signals.wake();
        world.changed.notify_waiters();
    }
}

fn go(world: &Arc<World>, record: &Arc<Record>, mut status: MutexGuard<'_, Status>, state: State) {
    let kind = record.spec.kind;
    let was_ready = status.is_ready(kind);
    let old = std::mem::replace(&mut status.state, state.clone());
    let incarnation = status.incarnation;
    // Being built and being started are one stretch of time, and mean the same to all others.
    if (old.name(), state.name()) != (StateName::Starting, StateName::Starting) {
        let now = world.clock.now_ms();
        note(&mut status, &state, now);
        let is_ready = status.is_ready(kind);
        let gate = gate_of(state.name(), status.intent());
        // Under the lock, or a change that comes after this one may set it first.
        record.mailbox.iter().for_each(|mailbox| mailbox.set_gate(gate));
        drop(status);
        if gate == Gate::Refusing {
            refuse_what_waits(world, record, &state);
        }
        log(record, incarnation, &state);
        announce::state_changed(world, record, &old, &state);
        tell_others(world, record, &old, &state, was_ready != is_ready);
        if state == State::Running {
            let interval = record.options().health_check_interval.as_millis() as u64;
            world.schedule_health_check(now + interval, record.index, incarnation);
        }
    } else {
        drop(status);
        log(record, incarnation, &state);
    }
    world.changed.notify_waiters();
}

/// When the daemon came into its state, and what that says of its start.
fn note(status: &mut Status, state: &State, now: u64) {
    match state.name() {
        StateName::Running => {
            status.ready_ms = NonZeroU64::new(now);
            // It was `Starting` since.
            let took = now.saturating_sub(status.since_ms);
            status.start_took_ms = Some(u32::try_from(took).unwrap_or(u32::MAX));
        }
        StateName::Stopping => {}
        _ => status.ready_ms = None,
    }
    status.has_completed |= state.name() == StateName::Completed;
    status.since_ms = now;
}

/// Wakes those to whom the change may matter.
fn tell_others(world: &World, record: &Record, old: &State, state: &State, is_readiness: bool) {
    if is_readiness || old.name().is_settled() != state.name().is_settled() {
        world.dependents(record).for_each(|dependent| dependent.signals.wake());
    } else if old.name() != state.name() {
        // They say why they wait.
        dependents_that_wait(world, record).for_each(|dependent| dependent.signals.wake());
    }
    if is_on_its_way(old) != is_on_its_way(state) {
        wake_all_that_wait(world, record);
    }
    let is_on_course = matches!(state.name(), StateName::Starting | StateName::Running);
    if !is_on_course || record.is_awaited.load(SeqCst) {
        world.held_up.notify_waiters();
    }
}

/// The change of state of a daemon that lives.
pub(super) fn transition_of(life: &Life, state: State) {
    transition(&life.world, &life.record, state);
}

/// Whether those that want it, or want what waits for it, may wait for it.
fn is_on_its_way(state: &State) -> bool {
    !state.name().is_settled() && state.name() != StateName::Backoff
}

/// Wakes whoever waits for it, directly or through others that wait.
fn wake_all_that_wait(world: &World, record: &Record) {
    let mut seen = HashSet::new();
    let mut unseen: Vec<&Arc<Record>> = dependents_that_wait(world, record).collect();
    while let Some(waiting) = unseen.pop() {
        if seen.insert(waiting.index) {
            waiting.signals.wake();
            unseen.extend(dependents_that_wait(world, waiting));
        }
    }
}

fn dependents_that_wait<'a>(world: &'a World, record: &'a Record) -> impl Iterator<Item = &'a Arc<Record>> {
    world.dependents(record).filter(|dependent| dependent.state_name() == StateName::Waiting)
}

/// What the state means for the daemon's mail.
pub(crate) fn gate_of(state: StateName, intent: &Intent) -> Gate {
    match state {
        StateName::Disabled => Gate::Absent,
        StateName::Stopped if matches!(intent, Intent::Off { .. }) => Gate::Absent,
        StateName::Running => Gate::Open,
        StateName::Failed | StateName::Completed | StateName::Leaked => Gate::Refusing,
        StateName::Waiting | StateName::Starting | StateName::Backoff | StateName::Stopping | StateName::Stopped => {
            Gate::Held
        }
    }
}

/// What waits has nobody to wait for.
fn refuse_what_waits(world: &World, record: &Record, state: &State) {
    let Some(mailbox) = &record.mailbox else {
        return;
    };
    for mail in mailbox.return_stored() {
        mailbox.settle_from_outside();
        match mail.letter {
            Some(id) => world.router.letters.cancel_retry(id),
            None => {
                mailbox.slots[usize::from(mail.slot)].account.dead.add(1);
                let error = format!("the daemon is {state}");
                let death = Death::new(DeadReason::Stopped, error);
                world.router.bury(record.index, mail, death, world.clock.moment());
            }
        }
    }
}

/// One line a change, of its own and not in the daemon's span: it may come from another's task.
fn log(record: &Record, incarnation: u32, state: &State) {
    let (daemon, cause) = (record.ty.as_str(), state.cause());
    match state {
        State::Disabled { .. } => tracing::warn!(parent: None, daemon, cause, "disabled"),
        State::Waiting { .. } => tracing::debug!(parent: None, daemon, cause, "waiting"),
        State::Starting { .. } => tracing::debug!(parent: None, daemon, incarnation, cause, "starting"),
        State::Running => tracing::info!(parent: None, daemon, incarnation, "running"),
        State::Backoff { attempt, delay, .. } => {
            tracing::warn!(parent: None, daemon, incarnation, attempt, ?delay, cause, "failed, will restart");
        }
        State::Stopping { .. } => tracing::debug!(parent: None, daemon, incarnation, cause, "stopping"),
        State::Stopped { .. } => tracing::info!(parent: None, daemon, incarnation, cause, "stopped"),
        State::Completed { .. } => tracing::info!(parent: None, daemon, incarnation, cause, "completed"),
        State::Failed { .. } => tracing::error!(parent: None, daemon, incarnation, cause, "failed"),
        State::Leaked { .. } => tracing::error!(parent: None, daemon, incarnation, cause, "leaked"),
    }
}
