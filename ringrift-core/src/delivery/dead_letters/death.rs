//! How a delivery died.

use std::{borrow::Cow, error::Error};

use super::{DeadReason, Interrupted, interrupted};
use crate::{
    delivery::{
        emit::HOP_LIMIT_SAYS,
        guard::{BoxError, Panicked},
    },
    words::one_line::one_line,
};

/// How a delivery died, as its letter tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Death {
    pub(crate) reason: DeadReason,
    /// The error and its causes, outermost first.
    pub(crate) error_chain: Vec<String>,
    /// Where it panicked, as `file:line:column`.
    pub(crate) panicked_at: Option<String>,
    /// Whether retries are pointless.
    pub(crate) is_fatal: bool,
    /// Whether it is held against nobody: the store could not be written.
    pub(crate) is_excused: bool,
}

impl Death {
    /// A death that is told in one sentence.
    pub(crate) fn new(reason: DeadReason, error: impl Into<String>) -> Self {
        Self { reason, error_chain: vec![error.into()], panicked_at: None, is_fatal: false, is_excused: false }
    }

    /// Of an error that a handler returned.
    pub(crate) fn of_error(error: &BoxError, is_fatal: bool) -> Self {
        let outermost: &(dyn Error + 'static) = &**error;
        let (mut error_chain, mut reason) = (Vec::with_capacity(1), DeadReason::HandlerError);
        for error in std::iter::successors(Some(outermost), |error: &&(dyn Error + 'static)| (*error).source()) {
            let says = error.to_string();
            // By its words: a handler may have wrapped it in an error that hides its type, as `anyhow` does.
            if error.is::<Interrupted>() {
                reason = DeadReason::Interrupted;
            } else if reason == DeadReason::HandlerError && says.ends_with(HOP_LIMIT_SAYS) {
                reason = DeadReason::HopLimit;
            }
            error_chain.push(says);
        }
        // Of what was interrupted no retry by itself knows more.
        let is_fatal = is_fatal || reason == DeadReason::Interrupted;
        Self { reason, error_chain, panicked_at: None, is_fatal, is_excused: false }
    }

    /// Of a run that met an effect that was cut off in an earlier one, if the words of that are still there.
    #[must_use]
    pub(crate) fn of_interrupted_run(self) -> Self {
        if !self.error_chain.iter().any(|says| interrupted::is_told_by(says)) {
            return self;
        }
        Self { reason: DeadReason::Interrupted, is_fatal: true, ..self }
    }

    /// Of a panic of a handler.
    pub(crate) fn of_panic(panic: &Panicked) -> Self {
        let panicked_at = panic.place.clone();
        Self { panicked_at, ..Self::new(DeadReason::Panic, format!("panicked: {panic}")) }
    }

    /// The error with its causes on one line.
    pub(crate) fn error(&self) -> Cow<'_, str> {
        match &self.error_chain[..] {
            [alone] => one_line(alone),
            chain => Cow::Owned(one_line(&chain.join(": ")).into_owned()),
        }
    }
}
