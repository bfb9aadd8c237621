//! What the router knows of one handler.

use std::time::Duration;

use super::{account::Account, dedup::Dedup};
use crate::words::event::EventMeta;

/// One handler of a daemon. What the reader needs for each delivery comes first, far from the end of
/// `account`, which the publishers write.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Slot {
    /// Boxed: few handlers dedup, and all would carry the size.
    pub(crate) dedup: Option<Box<Dedup>>,
    pub(crate) account: Account,
    pub(crate) handler: &'static str,
    pub(crate) event: &'static EventMeta,
    pub(crate) timeout: Duration,
    /// More failures a minute pause the handler; `None` for no limit. Read only when one fails, so it keeps
    /// what is read for every delivery apart from the next account too.
    pub(crate) breaker: Option<u32>,
}

impl Slot {
    pub(crate) fn new(
        handler: &'static str,
        event: &'static EventMeta,
        timeout: Duration,
        dedup: Option<Duration>,
        breaker: Option<u32>,
    ) -> Self {
        let dedup = dedup.map(|window| Box::new(Dedup::new(window)));
        Self { dedup, account: Account::default(), handler, event, timeout, breaker }
    }
}
