//! The read-only HTTP views of a running runtime: health, probes, metrics and JSON.
//!
//! | path | answers |
//! |---|---|
//! | `/health` | every daemon, as in the guide; 503 when a critical one is unhealthy |
//! | `/health/{daemon}` | one daemon; 503 when it is unhealthy |
//! | `/livez` | whether the process itself answers; daemons never fail it |
//! | `/readyz`, `/ready` | whether it is ready, and why not |
//! | `/startupz` | whether the first start has settled |
//! | `/metrics` | [`metrics`](crate::metrics), for Prometheus |
//! | `/api/snapshot` | the [`Snapshot`] |
//! | `/api/graph` | the [`Graph`] |
//!
//! Nothing here changes anything, and nothing here is secret to a user of the machine; it is kept
//! from web pages (DNS rebinding) and from other machines. There is no token yet, so an address
//! that is not loopback is refused rather than warned about.

mod bind;
mod guard;
mod health;
mod probes;
mod routes;
mod serve;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use tokio::time::Instant;

#[cfg(feature = "cli")]
pub(crate) use self::{bind::refusal, guard::is_host};
pub use self::{
    bind::{BindError, DEFAULT_BIND, bind},
    serve::serve,
};
use crate::{Graph, Registry, runtime::snapshot::Snapshot};

/// What the views are drawn from.
#[derive(Clone)]
pub struct Source {
    snapshot: Arc<dyn Fn() -> Snapshot + Send + Sync>,
    graph: Arc<Graph>,
    hosts: Arc<[String]>,
    /// `/livez` asks nobody, so it has a clock of its own.
    since: Instant,
}

impl Source {
    /// The wiring of `registry`, and what `snapshot` says at each request.
    pub fn new(registry: &Registry, snapshot: impl Fn() -> Snapshot + Send + Sync + 'static) -> Self {
        Self {
            snapshot: Arc::new(snapshot),
            graph: Arc::new(Graph::of(registry)),
            hosts: Arc::default(),
            since: Instant::now(),
        }
    }

    /// Answers requests for these hosts too, besides `localhost`, `127.0.0.1` and `[::1]`; with `run`
    /// they are `[runtime] http_allowed_hosts`.
    #[must_use]
    pub fn hosts(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.hosts = names.into_iter().collect();
        self
    }

    fn snapshot(&self) -> Snapshot {
        (self.snapshot)()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}
