//! What the end of one delivery means: for its account, its daemon, and its dead letter.

#[cfg(feature = "testing")]
use std::pin::pin;
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::atomic::Ordering::Release,
};

use tracing::Span;

use super::{incarnation::Life, stored_mail::READ_AGAIN};
use crate::{
    declaration::daemon::{Context, DaemonResult, FatalError, PANIC_WINDOW, PANICS_IN_A_MINUTE},
    delivery::{
        breaker::Pause,
        dead_letters::{DeadReason, Death},
        dedup::Dedup,
        guard::{Outcome, cut_off, guarded_in, unended},
        journal::Origin,
        mail::Mail,
        mailbox::Mailbox,
        slot::Slot,
        watch::{Watch, Watched},
    },
};

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Settled,
    /// The store refused what its handler asked for: it waits there until then.
    PutBack {
        until_ms: u64,
    },
}

/// Runs one handler under its watch and settles the account. `Err` is a failure of the daemon.
#[inline]
pub(crate) async fn deliver<D>(
    cx: &Context<D>,
    mailbox: &Mailbox,
    watched: Watched<'_>,
    mail: &Mail,
    span: &Span,
    mut handler: Pin<&mut Option<impl Future<Output = DaemonResult> + Send>>,
) -> Result<End, String> {
    let life = &**cx.life();
    let slot = &mailbox.slots[usize::from(mail.slot)];
    let watch = watched.watch;
    // For each delivery: between two of a batch the ticker sees nothing in hand, and may fall asleep.
    life.world.begin_activity();
    watch.begin(u32::from(mail.slot), life.world.clock.coarse_ms());
    let outcome = {
        let running = poll_fn(|cx| unended(handler.as_mut()).poll(cx));
        #[cfg(feature = "testing")]
        let running = pin!(life.world.faults.before(&life.record, super::faults::FaultAt::Handler, running));
        let running = guarded_in(span, running, watched);
        match &slot.dedup {
            None => running.await,
            // Boxed: few handlers dedup, and all would carry the size.
            Some(dedup) => match Box::pin(once(life, dedup, mail, watch, running)).await {
                Some(outcome) => outcome,
                None => {
                    watch.end();
                    deduplicated(life, slot, mail);
                    return Ok(End::Settled);
                }
            },
        }
    };
    if matches!(outcome, Outcome::Ok(())) {
        handled(life, slot, mail);
        return Ok(End::Settled);
    }
    went_wrong((life, cx.origin()), mailbox, mail, cut_off(handler, outcome))
}

/// Runs a handler unless it has handled that content lately.
async fn once(
    life: &Life,
    dedup: &Dedup,
    mail: &Mail,
    watch: &Watch,
    handler: impl Future<Output = Outcome>,
) -> Option<Outcome> {
    let fresh = dedup.enter(&mail.event, life.world.clock.coarse_ms()).await?;
    // It may have waited for another: its own time begins now.
    watch.begin(u32::from(mail.slot), life.world.clock.coarse_ms());
    let outcome = handler.await;
    if matches!(outcome, Outcome::Ok(())) {
        fresh.mark(life.world.clock.coarse_ms());
    }
    Some(outcome)
}

#[cold]
fn went_wrong(
    (life, origin): (&Life, Option<&Origin>),
    mailbox: &Mailbox,
    mail: &Mail,
    outcome: Outcome,
) -> Result<End, String> {
    let slot = &mailbox.slots[usize::from(mail.slot)];
    let was_refused = origin.is_some_and(Origin::was_refused);
    let mut death = death_of(slot, &outcome);
    if origin.is_some_and(Origin::was_interrupted) {
        death = death.of_interrupted_run();
    }
    // What fails while nothing can be stored may fail because of that.
    death.is_excused = was_refused || life.world.router.is_held_up();
    let panic = match outcome {
        Outcome::Panic(panic) => Some(panic.message),
        Outcome::Ok(()) | Outcome::Err(_) | Outcome::Timeout => None,
    };
    if panic.is_some() {
        life.record.counters.panic();
    }
    if was_refused && !death.is_fatal && mail.is_delivery_of_store() {
        return Ok(put_back(life, slot, mail, &death));
    }
    let is_excused = death.is_excused;
    failed(life, mailbox, mail, death);
    if let Some(panic) = panic.filter(|_| !is_excused) {
        panicked(life, slot, &panic)?;
    }
    Ok(End::Settled)
}

/// How a delivery died whose handler ended like that.
fn death_of(slot: &Slot, outcome: &Outcome) -> Death {
    match outcome {
        Outcome::Err(error) => {
            let fatal = error.downcast_ref::<FatalError>();
            Death::of_error(fatal.map_or(error, FatalError::marked), fatal.is_some())
        }
        Outcome::Panic(panic) => Death::of_panic(panic),
        Outcome::Timeout | Outcome::Ok(()) => {
            let limit = humantime::format_duration(slot.timeout);
            Death::new(DeadReason::Timeout, format!("took longer than {limit}"))
        }
    }
}

/// That the store refused what a handler asked for is not the handler's fault: its delivery is still owed there.
fn put_back(life: &Life, slot: &Slot, mail: &Mail, death: &Death) -> End {
    let (event, error) = (slot.event.name, death.error());
    tracing::warn!(
        handler = slot.handler, event, event_id = %mail.event.id, error = &*error,
        "the store refused what the handler asked for: its event waits there, and all behind it"
    );
    life.record.counters.error(slot.handler, format!("{event}: {error}"), life.world.clock.wall());
    End::PutBack { until_ms: life.world.clock.now_ms() + READ_AGAIN.as_millis() as u64 }
}

#[inline]
fn handled(life: &Life, slot: &Slot, mail: &Mail) {
    life.record.counters.outcome(false);
    match mail.letter {
        None => {
            slot.account.handled.bump();
            life.world.router.settled(life.record.index, mail.slot, &mail.event);
        }
        Some(id) => {
            // A dead letter comes back to life: first it is no longer dead, then it is handled.
            if life.world.router.letters.recover(id, u32::from(mail.attempt) + 1, life.world.clock.moment()) {
                slot.account.dead.sub(1);
                slot.account.handled.bump();
            }
        }
    }
}

/// A dead letter whose content another event brought meanwhile is a letter no more.
#[cold]
fn deduplicated(life: &Life, slot: &Slot, mail: &Mail) {
    match mail.letter {
        None => {
            slot.account.deduplicated.bump();
            life.world.router.settled(life.record.index, mail.slot, &mail.event);
        }
        Some(id) => {
            if life.world.router.letters.forget(id) {
                slot.account.dead.sub(1);
                slot.account.deduplicated.bump();
            }
        }
    }
}

#[cold]
fn failed(life: &Life, mailbox: &Mailbox, mail: &Mail, death: Death) {
    let (slot, at) = (&mailbox.slots[usize::from(mail.slot)], life.world.clock.moment());
    let (event, reason, error) = (slot.event.name, death.reason, death.error());
    tracing::warn!(handler = slot.handler, event, event_id = %mail.event.id, %reason, error = &*error, "handler failed");
    life.record.counters.error(slot.handler, format!("{event}: {error}"), at.wall);
    if mail.letter.is_none() {
        slot.account.dead.add(1);
    }
    if !death.is_excused {
        life.record.counters.outcome(true);
    }
    let breaker = slot.breaker.filter(|_| !death.is_excused);
    let pause = breaker.and_then(|limit| mailbox.breakers.failed(mail.slot, limit, at.ms, &error));
    life.world.router.bury(life.record.index, mail.clone(), death, at);
    if let Some(pause) = pause {
        paused(life, slot, &pause);
    }
}

/// Tells of a handler that is paused from now on; the ticker ends its pause.
fn paused(life: &Life, slot: &Slot, pause: &Pause) {
    let for_ms = pause.until_ms.saturating_sub(life.world.clock.now_ms());
    tracing::error!(
        handler = slot.handler,
        event = slot.event.name,
        failures = pause.failures,
        for_ms,
        error = pause.error,
        "too many dead letters in a minute: the handler is paused, and its mail is held"
    );
    life.world.has_pauses.store(true, Release);
    life.world.ticker.notify_one();
    life.world.changed.notify_waiters();
}

/// Three panics of handlers in 60 s are a failure of the daemon.
#[cold]
fn panicked(life: &Life, slot: &Slot, panic: &str) -> Result<(), String> {
    let now = life.world.clock.now_ms();
    let window = PANIC_WINDOW.as_millis() as u64;
    if life.record.counters.handler_panicked(now, now.saturating_sub(window), PANICS_IN_A_MINUTE) {
        return Err(format!("{PANICS_IN_A_MINUTE} handlers panicked in 60 s, the last in `{}`: {panic}", slot.handler));
    }
    Ok(())
}
