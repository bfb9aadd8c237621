//! Why a value could not be read, in parts that a message is made of.
//!
//! serde's own error is a finished sentence. This one keeps what was wanted and
//! what was found apart, so that the message can be in an operator's words, name
//! the nearest key, and leave a secret out.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::path::KeyPath;
use super::wording::{self, Found};

/// A [`Fault`] and where it was met, as far as that is known yet.
#[derive(Debug, thiserror::Error)]
#[error("{}", .fault.message())]
pub(crate) struct Failure {
    /// Set by the innermost table or list that was being read.
    pub(crate) path: Option<KeyPath>,
    pub(crate) fault: Fault,
}

/// What is wrong with a value.
#[derive(Debug)]
pub(crate) enum Fault {
    Mismatch { wanted: String, found: Found },
    Missing { field: &'static str },
    UnknownKey { key: String, known: Names },
    UnknownVariant { found: String, known: Names },
    Twice { field: &'static str },
    Other(String),
}

/// Names that a type declares: its fields or variants.
pub(crate) type Names = &'static [&'static str];

impl Failure {
    /// Adds the place, unless a place further in is known already.
    pub(crate) fn at(mut self, path: &KeyPath) -> Self {
        self.path.get_or_insert_with(|| path.clone());
        self
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { path: None, fault }
    }
}

impl Fault {
    /// The message, to be read after the path.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Mismatch { wanted, found } => format!("must be {wanted}, not {}", found.shown),
            Self::UnknownVariant { found, known } => wording::unknown_name(found, known),
            Self::Other(message) => format!("is not valid: {message}"),
            _ => self.message_without_value(),
        }
    }

    /// The message for a secret.
    pub(crate) fn message_without_value(&self) -> String {
        match self {
            Self::Mismatch { wanted, found } => format!("must be {wanted}, not {}", found.kind),
            Self::Missing { .. } => "is missing; it has no default".to_owned(),
            Self::UnknownKey { key, known } => wording::unknown_key(key, known),
            Self::UnknownVariant { known, .. } => format!("must be {}", wording::one_of(known)),
            Self::Twice { .. } => "is set twice, once by an older name; keep one".to_owned(),
            // The text is somebody else's and may quote the value.
            Self::Other(_) => "is not valid".to_owned(),
        }
    }
}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::Other(message.to_string()).into()
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let wanted = wording::wanted(&wanted.to_string(), Some(&found));
        Fault::Mismatch { wanted, found: Found::from(found) }.into()
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::invalid_type(found, wanted)
    }

    fn invalid_length(length: usize, wanted: &dyn Expected) -> Self {
        let wanted = wording::wanted(&wanted.to_string(), None);
        Fault::Mismatch { wanted, found: Found::items(length) }.into()
    }

    fn unknown_variant(found: &str, known: Names) -> Self {
        Fault::UnknownVariant { found: found.to_owned(), known }.into()
    }

    fn unknown_field(key: &str, known: Names) -> Self {
        Fault::UnknownKey { key: key.to_owned(), known }.into()
    }

    fn missing_field(field: &'static str) -> Self {
        Fault::Missing { field }.into()
    }

    fn duplicate_field(field: &'static str) -> Self {
        Fault::Twice { field }.into()
    }
}
