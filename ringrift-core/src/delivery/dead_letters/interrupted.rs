//! The error of an effect that nobody knows the end of.

use thiserror::Error;

/// What is said of the effect.
pub(super) const SAYS: &str =
    " was begun before and cut off, or the store was damaged: whether it was made is for a person to see";

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
