//! What hooks and handlers return.

use std::{error::Error, fmt};

use crate::delivery::guard::BoxError;

/// The result of every hook and handler: any std error, `anyhow`, or a string converts with `?`.
pub type DaemonResult<T = ()> = Result<T, BoxError>;

/// An error after which a restart is pointless. Made by [`Fatal::fatal`].
#[derive(Debug)]
pub struct FatalError(BoxError);

impl FatalError {
    /// What was marked as fatal.
    pub(crate) fn marked(&self) -> &BoxError {
        &self.0
    }
}

impl fmt::Display for FatalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for FatalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// `.fatal()?` on any result: the daemon fails at once, and its restarts are skipped.
pub trait Fatal<T> {
    /// Marks the error, if there is one, as fatal.
    ///
    /// # Errors
    /// The error, in a [`FatalError`].
    fn fatal(self) -> DaemonResult<T>;
}

impl<T, E: Into<BoxError>> Fatal<T> for Result<T, E> {
    fn fatal(self) -> DaemonResult<T> {
        self.map_err(|error| Box::new(FatalError(error.into())) as BoxError)
    }
}
