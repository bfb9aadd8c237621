//! How much is kept of durable events.

use std::{fmt, time::Duration};

/// How much is kept of a durable event, once every handler has settled it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The age at which it is removed; `None` for never.
    pub age: Option<Duration>,
    /// The bytes of payload, of all of the type together, over which the oldest are removed; `None` for any.
    pub bytes: Option<u64>,
}

impl Retention {
    /// A week, and no limit of size.
    pub const DEFAULT: Self = Self { age: Some(Duration::from_secs(7 * 24 * 3600)), bytes: None };
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.age {
            Some(age) => write!(f, "{}", humantime::format_duration(age))?,
            None => f.write_str("forever")?,
        }
        match self.bytes {
            Some(bytes) => write!(f, ", up to {bytes} bytes"),
            None => Ok(()),
        }
    }
}
