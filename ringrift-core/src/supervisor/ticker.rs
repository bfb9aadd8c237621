//! The central ticker of a runtime: deadlines, stalls, pauses and health checks of all daemons. It sees what
//! a hung daemon can't, and sleeps when nothing is in hand.

use std::{
    sync::{Arc, Weak, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::task::JoinSet;
use tracing::Instrument;

use super::{announce, health, pauses};
use crate::declaration::live::{
    attribution::{Attributed, Owner},
    record::{Hook, Record},
    world::World,
};

/// The pace while anything is in hand: how late a deadline may be noticed.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// A tick that is so late is one of a process that was stopped, or had no worker: what was in hand could not
/// run either.
const LATE: Duration = Duration::from_secs(1);

/// A hook or handler, and since when it runs.
type Running = (&'static str, u64);

/// Runs until the runtime is gone.
pub(super) async fn run(world: Weak<World>) {
    let mut checks = JoinSet::new();
    // When the next look was due, while anything is in hand.
    let mut due = None;
    loop {
        let Some(world) = world.upgrade() else { return };
        while checks.try_join_next().is_some() {}
        let now = world.clock.now_ms();
        let late = due.take().map_or(0, |due| now.saturating_sub(due));
        if u128::from(late) > LATE.as_millis() {
            world.records.iter().for_each(|record| forgive(record, late));
        }
        let is_active = world.take_activity();
        let mut is_in_hand = false;
        for record in &world.records {
            is_in_hand |= look_at(&world, record, now);
        }
        let next_check = begin_checks(&world, now, &mut checks);
        let next_resume = pauses::end_over(&world, now);
        if is_active || is_in_hand {
            world.clock.begin_ticking();
            due = Some(now + TICK.as_millis() as u64);
            // Not cut short: what begins meanwhile is seen at the next tick.
            tokio::time::sleep(TICK).await;
            continue;
        }
        world.clock.end_ticking();
        let next = async {
            match next_check.into_iter().chain(next_resume).min() {
                Some(at) => tokio::time::sleep_until(world.clock.instant(at)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = next => {}
            () = world.ticker.notified() => {}
        }
    }
}

/// Takes the time off what is in hand that nobody had to run.
fn forgive(record: &Record, ms: u64) {
    record.hook.forgive(ms);
    record.forgive_heartbeat(ms);
    let waker = record.signals.waker();
    for watched in record.mailbox.iter().flat_map(|mailbox| mailbox.watched(waker)) {
        watched.watch.forgive(ms);
    }
}

/// Ends what is over its limit, notes what is stalled; whether anything is in hand.
///
/// A stamp may be a tick older than what it stands for, so a limit is late by one, and never early.
fn look_at(world: &World, record: &Record, now: u64) -> bool {
    let hook = record.hook.current();
    if let Some((hook, started)) = hook {
        let over = limit_of(record, Hook::from_number(hook)).is_some_and(|limit| is_over(started, now, limit + TICK));
        if over {
            record.watched_hook().expire(started);
        }
    }
    let mut handler: Option<Running> = None;
    let waker = record.signals.waker();
    for watched in record.mailbox.iter().flat_map(|mailbox| mailbox.watched(waker)) {
        let Some((slot, started)) = watched.watch.current() else {
            continue;
        };
        let slot = record.mailbox.as_ref().and_then(|mailbox| mailbox.slots.get(slot as usize));
        if let Some(slot) = slot {
            if is_over(started, now, slot.timeout + TICK) {
                watched.expire(started);
            }
            handler = older(handler, Some((slot.handler, started)));
        }
    }
    let hook = hook.map(|(hook, started)| (Hook::from_number(hook), started));
    let watched = hook.filter(|(hook, _)| is_watched(record, *hook)).map(|(hook, started)| (hook.as_str(), started));
    stall(world, record, older(watched, handler), now);
    hook.is_some() || handler.is_some()
}

/// The one that runs longer.
fn older(a: Option<Running>, b: Option<Running>) -> Option<Running> {
    a.into_iter().chain(b).min_by_key(|(_, started)| *started)
}

fn is_over(started: u64, now: u64, limit: Duration) -> bool {
    u128::from(now.saturating_sub(started)) > limit.as_millis()
}

fn limit_of(record: &Record, hook: Hook) -> Option<Duration> {
    match hook {
        Hook::Init | Hook::OnStart => Some(record.options().start_timeout),
        Hook::RunCycle => record.options().cycle_timeout,
        // The stop has limits of its own, and a runner may run for ever.
        Hook::Runner | Hook::OnStop | Hook::OnExit => None,
    }
}

/// A runner lives as long as its daemon, so it is watched only once it has sent a heartbeat.
fn is_watched(record: &Record, hook: Hook) -> bool {
    hook != Hook::Runner || record.last_heartbeat() > 0
}

/// Notes that a hook is stalled, or is not any more.
fn stall(world: &World, record: &Record, running: Option<Running>, now: u64) {
    let is_stalled = running
        .is_some_and(|(_, started)| is_over(started.max(record.last_heartbeat()), now, record.options().stall_after));
    if is_stalled == record.is_stalled.load(Relaxed) {
        return;
    }
    record.is_stalled.store(is_stalled, Relaxed);
    let before = record.conditions.note(|found| std::mem::replace(&mut found.stalled, running.filter(|_| is_stalled)));
    let daemon = record.ty.as_str();
    if let (true, Some((hook, started))) = (is_stalled, running) {
        let for_ms = now.saturating_sub(started.max(record.last_heartbeat()));
        tracing::warn!(daemon, hook, for_ms, "stalled");
        announce::stalled(world, record, hook, for_ms);
    } else if let Some((hook, _)) = before {
        tracing::info!(daemon, hook, "not stalled any more");
        announce::recovered(world, record, hook);
    }
    world.changed.notify_waiters();
}

/// Begins every check that is due; when the next one is.
fn begin_checks(world: &Arc<World>, now: u64, checks: &mut JoinSet<()>) -> Option<u64> {
    loop {
        let (daemon, incarnation) = match world.next_health_check(now) {
            Ok(due) => due,
            Err(next) => return next,
        };
        let record = world.record(daemon);
        if health::is_alive(record, incarnation) {
            let check = health::check(Arc::clone(world), Arc::clone(record), incarnation);
            let span = tracing::info_span!("daemon", daemon = record.ty.as_str(), incarnation);
            let owner = Owner::new(world.number, daemon);
            let check = checks.spawn(Attributed::new(owner, Box::pin(check.instrument(span))));
            record.conditions.note(|found| found.check = Some(check));
        }
    }
}
