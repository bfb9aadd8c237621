//! What a test sees of the events: all that were published, in order.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{
        AtomicBool,
        Ordering::{Acquire, Release},
    },
};

use tokio::sync::Notify;

use crate::words::event::{Erased, EventMeta};

/// The published events of a runtime, once a test has opened it.
#[derive(Debug, Default)]
pub(crate) struct Tap {
    is_open: AtomicBool,
    seen: Mutex<Vec<Arc<Erased>>>,
    more: Notify,
}

impl Tap {
    pub(crate) fn open(&self) {
        self.is_open.store(true, Release);
    }

    /// Keeps the event, if the tap is open.
    #[inline]
    pub(crate) fn note(&self, event: &Arc<Erased>) {
        if self.is_open.load(Acquire) {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(event));
            self.more.notify_waiters();
        }
    }

    /// The first event of that type from `from` on, with its place.
    fn find(&self, meta: &EventMeta, from: usize) -> Option<(usize, Arc<Erased>)> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (place, event) = seen.iter().enumerate().skip(from).find(|(_, event)| std::ptr::eq(event.meta, meta))?;
        Some((place, Arc::clone(event)))
    }

    /// Waits for the first event of that type from `from` on.
    pub(crate) async fn next(&self, meta: &EventMeta, from: usize) -> (usize, Arc<Erased>) {
        loop {
            let more = self.more.notified();
            if let Some(found) = self.find(meta, from) {
                return found;
            }
            more.await;
        }
    }
}
