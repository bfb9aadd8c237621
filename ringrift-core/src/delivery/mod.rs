//! Floor 2: how events reach their handlers. Knows events and mailboxes, not daemons.

pub(crate) mod account;
pub(crate) mod breaker;
pub(crate) mod clock;
pub(crate) mod dead_letters;
pub(crate) mod dedup;
pub(crate) mod emit;
pub(crate) mod guard;
#[cfg_attr(not(feature = "store"), path = "no_journal.rs")]
pub(crate) mod journal;
pub(crate) mod mail;
pub(crate) mod mailbox;
pub(crate) mod panics;
pub(crate) mod router;
pub(crate) mod slot;
pub(crate) mod taken;
#[cfg(feature = "testing")]
pub(crate) mod tap;
pub(crate) mod waiting;
pub(crate) mod watch;
