//! Content dedup of one handler: the guide's rule, marked after success.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::words::event::Erased;

/// How many contents are remembered; the oldest is forgotten first.
pub(crate) const CAPACITY: usize = 1000;

/// The first half of a SHA-256 over event type and canonical payload.
type Key = [u8; 16];

/// The contents that one handler has handled.
#[derive(Debug)]
pub(crate) struct Dedup {
    window_ms: u64,
    memory: Mutex<Memory>,
    settled: Notify,
}

#[derive(Debug, Default)]
struct Memory {
    /// When the content was handled; `None` while it is in hand.
    seen: HashMap<Key, Option<u64>>,
    order: VecDeque<(Key, u64)>,
}

/// The right to handle a content. Dropped unmarked, the next event of that content is handled.
pub(crate) struct Fresh<'a> {
    dedup: &'a Dedup,
    key: Option<Key>,
}

impl Dedup {
    pub(crate) fn new(window: Duration) -> Self {
        Self { window_ms: window.as_millis() as u64, memory: Mutex::default(), settled: Notify::new() }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` when the content was handled within the window. A duplicate of one in hand waits for
    /// its outcome. What can't be serialised is never a duplicate.
    pub(crate) async fn enter(&self, event: &Erased, now_ms: u64) -> Option<Fresh<'_>> {
        let Some(key) = content_key(event) else {
            return Some(Fresh { dedup: self, key: None });
        };
        loop {
            let settled = self.settled.notified();
            match self.memory().look(&key, now_ms, self.window_ms) {
                Look::Unknown => {
                    return Some(Fresh { dedup: self, key: Some(key) });
                }
                Look::Handled => return None,
                Look::InHand => {}
            }
            settled.await;
        }
    }
}

enum Look {
    Unknown,
    InHand,
    Handled,
}

impl Memory {
    fn look(&mut self, key: &Key, now_ms: u64, window_ms: u64) -> Look {
        self.forget_older_than(now_ms.saturating_sub(window_ms));
        match self.seen.get(key) {
            Some(None) => Look::InHand,
            Some(Some(_)) => Look::Handled,
            None => {
                self.seen.insert(*key, None);
                Look::Unknown
            }
        }
    }

    fn forget_older_than(&mut self, limit_ms: u64) {
        while let Some((key, at)) = self.order.front().copied() {
            if at >= limit_ms && self.order.len() <= CAPACITY {
                break;
            }
            self.order.pop_front();
            if self.seen.get(&key) == Some(&Some(at)) {
                self.seen.remove(&key);
            }
        }
    }
}

impl Fresh<'_> {
    /// The handler succeeded: from now on the content is a duplicate.
    pub(crate) fn mark(mut self, now_ms: u64) {
        if let Some(key) = self.key.take() {
            let mut memory = self.dedup.memory();
            memory.seen.insert(key, Some(now_ms));
            memory.order.push_back((key, now_ms));
            memory.forget_older_than(now_ms.saturating_sub(self.dedup.window_ms));
            drop(memory);
            self.dedup.settled.notify_waiters();
        }
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.dedup.memory().seen.remove(&key);
            self.dedup.settled.notify_waiters();
        }
    }
}

/// The type's name and the payload, or its `dedup_key` fields, with the keys of every map in order.
fn content_key(event: &Erased) -> Option<Key> {
    let mut payload = event.meta.encode(event).ok()?;
    if let (false, Some(fields)) = (event.meta.dedup_key.is_empty(), payload.as_object_mut()) {
        fields.retain(|name, _| event.meta.dedup_key.contains(&name.as_str()));
    }
    payload.sort_all_objects();
    let mut hash = Sha256::new();
    hash.update(event.meta.name.as_bytes());
    hash.update([0]);
    hash.update(payload.to_string().as_bytes());
    hash.finalize().get(..16)?.try_into().ok()
}
