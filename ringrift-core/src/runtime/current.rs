//! The runtime that code means which was handed none.

use std::sync::{Arc, PoisonError, RwLock, Weak};

use thiserror::Error;

use super::{Inner, Runtime};
use crate::declaration::live::world::World;

/// The runtimes of the process that live, and some that have ended, each with the number of its world: to look
/// for one must not hold another for a moment, or it might end there, under the lock.
static RUNTIMES: RwLock<Vec<(u32, Weak<Inner>)>> = RwLock::new(Vec::new());

/// [`Runtime::current`] was called where no runtime is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no runtime runs here; call this from a daemon's task, or start the process's runtime first")]
pub struct NoCurrentRuntime;

impl Inner {
    /// Makes this known to the code of its daemons.
    pub(super) fn register(self: &Arc<Self>) {
        let mut runtimes = RUNTIMES.write().unwrap_or_else(PoisonError::into_inner);
        runtimes.retain(|(_, runtime)| runtime.strong_count() > 0);
        runtimes.push((self.world.number, Arc::downgrade(self)));
    }
}

impl Runtime {
    /// The runtime that the calling daemon is part of, or else the one of the process: so a daemon can look at
    /// dead letters, replay or disable, also where [`main`](crate::main) made the runtime.
    ///
    /// Ask for it when it is needed, and don't keep it: a daemon that holds its own runtime keeps it alive
    /// when everybody else has dropped it.
    ///
    /// ```
    /// use ringrift_core::{LetterState, Runtime, prelude::*, runtime::letters::LetterFilter};
    ///
    /// /// Says every morning how many dead letters wait for a person.
    /// #[daemon(category = "health", schedule = "0 8 * * *")]
    /// struct MorningReport;
    ///
    /// impl Daemon for MorningReport {
    ///     async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
    ///         let exhausted = LetterFilter { state: Some(LetterState::Exhausted), ..LetterFilter::default() };
    ///         let waiting = Runtime::current()?.dead_letters().list(&exhausted).len();
    ///         println!("{waiting} dead letters wait for a person");
    ///         Ok(())
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// [`NoCurrentRuntime`].
    pub fn current() -> Result<Self, NoCurrentRuntime> {
        let runtimes = RUNTIMES.read().unwrap_or_else(PoisonError::into_inner);
        let of = |number| runtimes.iter().find(|(known, _)| *known == number)?.1.upgrade();
        let inner = World::numbers_here().into_iter().flatten().find_map(of);
        inner.map(|inner| Self { inner }).ok_or(NoCurrentRuntime)
    }
}
