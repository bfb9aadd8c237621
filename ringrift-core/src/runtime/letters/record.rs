//! A dead letter as people see it: in the snapshot, in the office, and as a line of an export.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    declaration::live::world::World,
    delivery::dead_letters::{Addressee, DeadReason, Emitter, Letter, LetterId, LetterState},
    words::event::EventId,
};

/// One dead letter: a delivery that went wrong, with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Its number in this runtime.
    pub id: LetterId,
    /// The event's name.
    pub event: String,
    /// The event's id, which a retry keeps.
    pub event_id: EventId,
    /// What else is known of the event.
    pub headers: LetterHeaders,
    /// The daemon whose handler failed.
    pub daemon: String,
    /// The handler: the one that a retry goes to, and no other.
    pub handler: String,
    /// What becomes of it.
    pub state: LetterState,
    /// When it came into that state.
    pub in_state_since: SystemTime,
    /// Whether a retry is in the mailbox or in hand.
    pub retrying: bool,
    /// Why the delivery failed last.
    pub reason: DeadReason,
    /// The error and its causes, on one line.
    pub error: String,
    /// The same one by one, outermost first.
    pub error_chain: Vec<String>,
    /// Where the handler panicked, as `file:line:column`.
    pub panicked_at: Option<String>,
    /// How often the handler was begun for it, those that were cut off included; 0 when it never got that far.
    pub attempts: u32,
    /// Retries that failed.
    pub retries: u32,
    /// When the delivery failed first.
    pub first_failed_at: SystemTime,
    /// When it failed last.
    pub last_failed_at: SystemTime,
    /// In how many milliseconds the next retry is due, 0 when it is overdue; `None` when none will begin by
    /// itself, or one is under way.
    pub next_retry_in_ms: Option<u64>,
    /// The payload, as JSON.
    pub payload: Value,
}

/// What is known of an event besides its payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterHeaders {
    /// When it was emitted, to a second.
    pub emitted_at: SystemTime,
    /// The daemon that emitted it; `None` for outside.
    pub emitter: Option<String>,
    /// How many handlers stand between the first emit and this one.
    pub hops: u8,
    /// The event in whose handler it was emitted.
    pub parent: Option<EventId>,
}

impl DeadLetter {
    pub(in crate::runtime) fn of(world: &World, id: LetterId, letter: &Letter) -> Self {
        let now_ms = world.clock.now_ms();
        let (daemon, handler) = names(world, &letter.to);
        let is_waiting = letter.state == LetterState::Pending && !letter.is_retrying;
        Self {
            id,
            event: letter.event.name().to_owned(),
            event_id: letter.event.id(),
            headers: LetterHeaders {
                emitted_at: letter.emitted_at,
                emitter: emitter(world, &letter.emitter).map(str::to_owned),
                hops: letter.event.hops(),
                parent: letter.event.parent(),
            },
            daemon: daemon.to_owned(),
            handler: handler.to_owned(),
            state: letter.state,
            in_state_since: letter.since,
            retrying: letter.is_retrying,
            reason: letter.death.reason,
            error: letter.death.error().into_owned(),
            error_chain: letter.death.error_chain.clone(),
            panicked_at: letter.death.panicked_at.clone(),
            attempts: letter.attempts,
            retries: letter.retries,
            first_failed_at: letter.first_failed,
            last_failed_at: letter.last_failed,
            next_retry_in_ms: is_waiting.then(|| letter.due_ms.saturating_sub(now_ms)),
            payload: letter.event.payload(),
        }
    }
}

/// The names of a daemon and its handler.
pub(super) fn names<'a>(world: &'a World, to: &'a Addressee) -> (&'a str, &'a str) {
    match to {
        Addressee::Handler { daemon, slot } => {
            let record = world.record(*daemon);
            let slot = record.mailbox.as_ref().and_then(|mailbox| mailbox.slots.get(usize::from(*slot)));
            (record.ty.as_str(), slot.map_or("", |slot| slot.handler))
        }
        Addressee::Gone(gone) => (&gone.daemon, &gone.handler),
    }
}

fn emitter<'a>(world: &'a World, emitter: &'a Emitter) -> Option<&'a str> {
    match emitter {
        Emitter::Outside => None,
        Emitter::Daemon(index) => Some(world.record(*index).ty.as_str()),
        Emitter::Named(name) => Some(name),
    }
}
