//! Why nothing is done with a dead letter.

use thiserror::Error;

use crate::delivery::dead_letters::{LetterId, LetterState};

/// Why nothing is done with a dead letter. It stays as it was.
#[derive(Debug, Error)]
pub enum LetterError {
    /// There is none of that number, it was purged, or it waits in the store for room.
    #[error("there is no dead letter {id}")]
    Unknown {
        /// What was asked for.
        id: LetterId,
    },
    /// Its retry is in the mailbox or in hand: of two operators at once, the second reads this.
    #[error("dead letter {id} is being retried already; look at it again once that has ended")]
    AlreadyRetrying {
        /// Which letter.
        id: LetterId,
    },
    /// Nothing is done with it any more.
    #[error("dead letter {id} is {state} already")]
    Settled {
        /// Which letter.
        id: LetterId,
        /// What became of it.
        state: LetterState,
    },
    /// The daemon that it is for does not run.
    #[error("dead letter {id} is not retried while daemon `{daemon}` is {state}; start it, and retry again")]
    NotRunning {
        /// Which letter.
        id: LetterId,
        /// The daemon.
        daemon: String,
        /// Its state.
        state: String,
    },
    /// The daemon that it is for has no room.
    #[error("dead letter {id} is not retried while the mailbox of daemon `{daemon}` is full; retry again later")]
    MailboxFull {
        /// Which letter.
        id: LetterId,
        /// The daemon.
        daemon: String,
    },
    /// The handler that it is for is paused.
    #[error(
        "dead letter {id} is not retried while handler `{daemon}::{handler}` is paused; call `resume_handler` first"
    )]
    Paused {
        /// Which letter.
        id: LetterId,
        /// The daemon.
        daemon: String,
        /// Its handler.
        handler: String,
    },
    /// This program has no such handler.
    #[error("dead letter {id} is for `{daemon}::{handler}`, which does not handle `{event}` in this program")]
    NoHandler {
        /// Which letter.
        id: LetterId,
        /// The daemon.
        daemon: String,
        /// Its handler.
        handler: String,
        /// The event.
        event: String,
    },
    /// One of many that were to be retried, and nobody knows whether its effect was made.
    #[error(
        "dead letter {id} is interrupted: a retry makes its effect again. If it was not made, retry the letter by its \
         number, or all with the reason `interrupted`; if it was, call `effect_was_made` first"
    )]
    Interrupted {
        /// Which letter.
        id: LetterId,
    },
    /// No effect of that name was begun and cut off.
    #[error("dead letter {id} has no interrupted effect `{name}`{}", others(interrupted))]
    NoEffect {
        /// Which letter.
        id: LetterId,
        /// What was asked for.
        name: String,
        /// Those that were.
        interrupted: Vec<String>,
    },
    /// The store can't be written.
    #[error("what was said of dead letter {id} is not kept: {cause}")]
    NotKept {
        /// Which letter.
        id: LetterId,
        /// Why not.
        cause: String,
    },
    /// This program can't read its payload.
    #[error("the payload of dead letter {id} is not a `{event}`")]
    Schema {
        /// Which letter.
        id: LetterId,
        /// The event.
        event: String,
        /// What does not fit.
        source: serde_json::Error,
    },
}

/// What else may have been meant.
fn others(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("; it has `{}`", names.join("`, `")) }
}
