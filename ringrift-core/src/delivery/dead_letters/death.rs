//! How a delivery died.

use std::{borrow::Cow, error::Error};

use super::{DeadReason, Interrupted};
use crate::{
    delivery::{
        emit::EmitError,
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
}

impl Death {
    /// A death that is told in one sentence.
    pub(crate) fn new(reason: DeadReason, error: impl Into<String>) -> Self {
        Self { reason, error_chain: vec![error.into()], panicked_at: None, is_fatal: false }
    }

    /// Of an error that a handler returned.
    pub(crate) fn of_error(error: &BoxError, is_fatal: bool) -> Self {
        let outermost: &(dyn Error + 'static) = &**error;
        let (mut error_chain, mut reason) = (Vec::with_capacity(1), DeadReason::HandlerError);
        for error in std::iter::successors(Some(outermost), |error: &&(dyn Error + 'static)| (*error).source()) {
            error_chain.push(error.to_string());
            if error.is::<Interrupted>() {
                reason = DeadReason::Interrupted;
            } else if reason == DeadReason::HandlerError && is_hop_limit(error) {
                reason = DeadReason::HopLimit;
            }
        }
        // Of what was interrupted no retry by itself knows more.
        let is_fatal = is_fatal || reason == DeadReason::Interrupted;
        Self { reason, error_chain, panicked_at: None, is_fatal }
    }

    /// The same, of an effect that nobody knows the end of.
    pub(crate) fn interrupted(self) -> Self {
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

fn is_hop_limit(error: &(dyn Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(EmitError::HopLimit { .. }))
}
