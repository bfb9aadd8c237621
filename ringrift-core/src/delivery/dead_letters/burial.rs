//! From a failed delivery to its letter.

use std::time::SystemTime;

use super::{Addressee, DeadReason, Death, Emitter, Letter, LetterEvent, LetterState, schedule::due_ms};
use crate::{
    delivery::{clock::Moment, mail::Mail},
    words::event::OUTSIDE,
};

/// A failed delivery, as the router hands it in.
pub(crate) struct Burial {
    pub(crate) daemon: u32,
    pub(crate) mail: Mail,
    pub(crate) death: Death,
    pub(crate) at: Moment,
    pub(crate) emitted_at: SystemTime,
}

impl Burial {
    pub(super) fn into_letter(self) -> Letter {
        let Self { daemon, mail, death, at, emitted_at } = self;
        let emitter = match mail.event.emitter {
            OUTSIDE => Emitter::Outside,
            index => Emitter::Daemon(index),
        };
        let was_begun = matches!(
            death.reason,
            DeadReason::HandlerError
                | DeadReason::Panic
                | DeadReason::Timeout
                | DeadReason::HopLimit
                | DeadReason::Interrupted
        );
        Letter {
            event: LetterEvent::Decoded(mail.event),
            to: Addressee::Handler { daemon, slot: mail.slot },
            #[cfg(feature = "store")]
            handler: None,
            emitter,
            emitted_at,
            attempts: u32::from(mail.attempt) + u32::from(was_begun),
            retries: 0,
            first_failed: at.wall,
            last_failed: at.wall,
            due_ms: due_ms(at.ms, 0),
            state: if death.is_fatal { LetterState::Exhausted } else { LetterState::Pending },
            since: at.wall,
            known_ms: at.ms,
            is_from_before: false,
            is_retrying: false,
            is_written: false,
            death,
        }
    }
}
