//! The handlers of a daemon as they are shown, paused or not; and the early end of a pause.

use std::time::Duration;

use super::{
    OperateError, Runtime,
    snapshot::{HandlerSnapshot, PauseSnapshot},
};
use crate::{
    declaration::live::{record::Record, world::World},
    delivery::{breaker::Pause, slot::Slot},
    nearest::nearest,
    words::daemon_type::DaemonType,
};

impl Runtime {
    /// Ends the pause of a handler that failed too often, before its time: what was held for it is handled
    /// now, in order. One that is not paused goes on. Should it fail again as often, its next pause is longer.
    ///
    /// # Errors
    /// When there is no such daemon, or it has no such handler.
    pub fn resume_handler(&self, daemon: DaemonType, handler: &str) -> Result<(), OperateError> {
        self.noted("resume_handler", format!("{daemon}::{handler}"), self.resume_now(daemon, handler))
    }

    fn resume_now(&self, daemon: DaemonType, handler: &str) -> Result<(), OperateError> {
        let record = self.record(daemon)?;
        let slots = || record.mailbox.iter().flat_map(|mailbox| mailbox.slots.iter());
        let place = slots().position(|slot| slot.handler == handler);
        let (Some(mailbox), Some(place)) = (&record.mailbox, place) else {
            let nearest = nearest(handler, slots().map(|slot| slot.handler)).map(str::to_owned);
            return Err(OperateError::NoHandler { daemon, handler: handler.to_owned(), nearest });
        };
        if mailbox.breakers.resume(place as u16, self.inner.world.clock.now_ms()) {
            tracing::info!(daemon = daemon.as_str(), handler, "an operator ended its pause");
            mailbox.wake_reader();
            self.inner.world.changed.notify_waiters();
        }
        Ok(())
    }
}

/// The handlers of a daemon with their accounts.
pub(super) fn handlers(record: &Record, now: u64) -> Vec<HandlerSnapshot> {
    let Some(mailbox) = &record.mailbox else { return Vec::new() };
    let shown = |(place, slot): (u16, &Slot)| HandlerSnapshot {
        handler: slot.handler.to_owned(),
        event: slot.event.name.to_owned(),
        breaker: slot.breaker,
        pauses: mailbox.breakers.pauses(place),
        paused: mailbox.breakers.pause(place).map(|pause| PauseSnapshot {
            ends_in_ms: pause.until_ms.saturating_sub(now),
            failures: pause.failures,
            error: pause.error,
            held: mailbox.breakers.held(place),
        }),
        deliveries: slot.account.snapshot(),
    };
    (0..).zip(mailbox.slots.iter()).map(shown).collect()
}

/// What is to be said of the handlers that are paused.
pub(super) fn worries(world: &World, record: &Record, now: u64) -> Vec<String> {
    let Some(mailbox) = record.mailbox.as_ref().filter(|mailbox| mailbox.breakers.is_set()) else {
        return Vec::new();
    };
    let paused =
        |(place, slot): (u16, &Slot)| mailbox.breakers.pause(place).map(|pause| worry(world, slot, &pause, now));
    (0..).zip(mailbox.slots.iter()).filter_map(paused).collect()
}

fn worry(world: &World, slot: &Slot, pause: &Pause, now: u64) -> String {
    let left = Duration::from_millis(pause.until_ms.saturating_sub(now));
    let until = humantime::format_rfc3339_seconds(world.clock.wall() + left);
    let Pause { failures, error, .. } = pause;
    format!(
        "handler `{}` is paused until {until}, because {failures} of its deliveries failed within a minute, the \
         last with `{error}`; its mail is held; to end the pause now, call `resume_handler`",
        slot.handler
    )
}
