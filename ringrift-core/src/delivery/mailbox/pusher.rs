//! Which thread pushed last: only another one can be about to push more while the reader runs.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::Mailbox;

/// A thread by its number; no thread by default. Small, to lie beside the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pusher(u32);

impl Pusher {
    /// The thread that asks.
    #[inline]
    pub(super) fn here() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        thread_local!(static NUMBER: u32 = LAST.fetch_add(1, Relaxed) + 1);
        Self(NUMBER.with(|number| *number))
    }
}

impl Mailbox {
    /// Whether the last push came from another thread than this, which may be about to push more.
    pub(crate) fn is_pushed_elsewhere(&self) -> bool {
        self.queue().pushed_by != Pusher::here()
    }
}

#[cfg(test)]
mod tests {
    use super::Pusher;

    #[test]
    fn a_thread_knows_itself_and_no_other() {
        let there = std::thread::spawn(Pusher::here).join().unwrap();
        assert!(Pusher::here() == Pusher::here() && Pusher::here() != there && there != Pusher::default());
    }
}
