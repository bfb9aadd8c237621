//! What an earlier process left: the handlers that are known, and how much each is owed.

use std::sync::Arc;

use rusqlite::Connection;

use crate::{
    delivery::mailbox::Mailbox,
    store::{
        deliveries,
        handlers::{self, Declared},
        unhandled,
    },
};

/// One daemon, as the store knows it.
#[derive(Debug)]
pub(crate) struct Known {
    /// Its name.
    pub(crate) daemon: &'static str,
    /// The numbers of its handlers.
    pub(crate) handlers: Box<[i64]>,
}

/// The handlers of one daemon, as they are declared.
pub(crate) struct DaemonHandlers {
    pub(crate) daemon: &'static str,
    pub(crate) handlers: Vec<Declared<'static>>,
}

/// What is owed from before: the daemon, the handler's place, how many, and the first event.
pub(crate) type Owed = Vec<(usize, u16, u64, u64)>;

/// Makes every handler known to the store, and counts what it is owed, and how much of it again because of
/// damage.
pub(crate) fn register(
    connection: &Connection,
    daemons: &[DaemonHandlers],
    now: i64,
) -> rusqlite::Result<(Box<[Known]>, Owed, usize)> {
    let (mut owed, mut again) = (Owed::new(), 0);
    let mut ids = Vec::with_capacity(daemons.len());
    for (index, daemon) in daemons.iter().enumerate() {
        let mut own = Vec::with_capacity(daemon.handlers.len());
        for (slot, declared) in daemon.handlers.iter().enumerate() {
            let (id, owed_again) = handlers::register(connection, declared, now)?;
            again += owed_again;
            if declared.is_durable {
                unhandled::revive(connection, id, now)?;
            }
            if let Some((count, first)) = deliveries::count_pending(connection, id)? {
                owed.push((index, slot as u16, count, first as u64));
            }
            own.push(id);
        }
        ids.push(Known { daemon: daemon.daemon, handlers: own.into() });
    }
    Ok((ids.into(), owed, again))
}

/// Leaves what is owed to the mailboxes.
pub(crate) fn recall(mailboxes: &[Option<Arc<Mailbox>>], owed: &Owed) {
    for (daemon, slot, count, first) in owed {
        if let Some(Some(mailbox)) = mailboxes.get(*daemon) {
            mailbox.recall(*slot, *count, *first);
        }
    }
}
