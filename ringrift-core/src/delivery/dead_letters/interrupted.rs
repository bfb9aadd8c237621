//! The error of an effect that nobody knows the end of.

use thiserror::Error;

/// What is said of the effect.
const SAYS: &str =
    " was begun before and cut off, or the store was damaged: whether it was made is for a person to see";

/// Whether a text, as a handler may have made it of the error, tells of it: the message of a panic has its fields.
pub(super) fn is_told_by(text: &str) -> bool {
    text.contains(SAYS) || text.contains("Interrupted {")
}

/// An effect was begun in an earlier run of the handler, and nobody knows whether it was made: the
/// process was killed in it, the handler cut off, or the store damaged.
///
/// A handler that returns it leaves a dead letter for a person, who looks whether it was made. When that
/// person retries the letter, the effect begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}`{SAYS}")]
pub struct Interrupted {
    /// The name of the effect.
    pub name: String,
}
