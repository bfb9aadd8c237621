//! A runtime whose daemons are on their way.

use super::Runtime;
use crate::{declaration::live::world::World, words::daemon_type::DaemonType};

/// A runtime on its way.
pub(crate) struct Launched {
    pub(crate) runtime: Runtime,
    /// Whether the first failed start is to stop everything again.
    pub(crate) strict: bool,
}

impl Launched {
    /// Waits for the first start to be over; with `strict` only up to the first that fails, which it
    /// returns with the cause: then everything is to be stopped again.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn first_start(&self) -> Option<(DaemonType, String)> {
        let failed = self.runtime.inner.until(|world| self.failed_start(world));
        tokio::select! {
            biased;
            failed = failed => Some(failed),
            // What ended the first start may be a failure that came after the look.
            () = self.runtime.started() => self.failed_so_far(),
        }
    }

    /// What [`first_start`](Self::first_start) ends with, if it has failed by now.
    pub(crate) fn failed_so_far(&self) -> Option<(DaemonType, String)> {
        self.failed_start(&self.runtime.inner.world)
    }

    fn failed_start(&self, world: &World) -> Option<(DaemonType, String)> {
        world.failed_start.get().filter(|_| self.strict).cloned()
    }
}
