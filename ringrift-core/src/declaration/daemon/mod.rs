//! All that the author of a daemon sees.

mod bounds;
mod construct;
mod context;
mod error;
mod exit;
mod fields;
mod functions;
mod handle;
mod handlers;
#[cfg(feature = "store")]
mod once;
mod own_cycle;
mod sharing;
mod side_by_side;
mod signature;
#[cfg(feature = "store")]
mod state;

use std::future::Future;

pub use self::{
    bounds::{ConfiguredBy, DependsOn, EmittedBy, Registered, emitted, is_daemon, meta_of},
    construct::{BuildContext, Construct, Running, ready},
    context::Context,
    error::{DaemonResult, Fatal, FatalError},
    exit::ExitReason,
    fields::{FieldDefault, Injected, Provide, Section, SectionOf, configured, dependency, injected, section_of},
    functions::{Init, Runner, init, run},
    handle::{Handle, NotRunning, Ref},
    handlers::{HandlerTable, Handlers, NoHandlers, TableOf},
    sharing::{NotShared, Sharing},
    signature::{Returned, context_of},
};
pub(crate) use self::{
    handlers::{PANIC_WINDOW, PANICS_IN_A_MINUTE},
    sharing::BuildFn,
};
#[cfg(feature = "store")]
pub use self::{
    once::{NotRepeated, Once, OnceError, OtherValue, Outcome, UsedTwice},
    state::{StateError, StoredState},
};
use crate::words::health::HealthReport;

/// What a daemon does. Every method is optional.
///
/// A daemon takes `&self`: a cycle, a handler and a health check may run at the same time, so a
/// hung cycle can still be seen. Its state is atomics, mutexes, channels: it is `Send` and `Sync`,
/// which `#[daemon]` checks, and the methods assume. A restart builds a new instance.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `impl Daemon`",
    label = "needs `impl Daemon for {Self}`",
    note = "write `impl Daemon for {Self} {{}}`; every method is optional"
)]
pub trait Daemon: Construct {
    /// Runs before anything else; the daemon is ready once it returns Ok, within `start_timeout` (30 s).
    fn on_start(&self, cx: &Context<Self>) -> impl Future<Output = DaemonResult> + Send
    where
        Self: Sync,
    {
        _ = cx;
        async { Ok(()) }
    }

    /// One round of work: at the pace of `cycle` or `schedule`, or when asked by
    /// [`Context::request_cycle`]. A task without a runner runs it once. An error is recorded, and
    /// the next cycle is the retry.
    ///
    /// # Cancel safety
    /// Dropped at an await when `cycle_timeout`, or a stop's limit, is over.
    fn run_cycle(&self, cx: &Context<Self>) -> impl Future<Output = DaemonResult> + Send
    where
        Self: Sync,
    {
        _ = cx;
        own_cycle::NoCycle
    }

    /// Runs after the mail is drained, when the daemon is asked to stop; not after a failure.
    fn on_stop(&self, cx: &Context<Self>) -> impl Future<Output = DaemonResult> + Send
    where
        Self: Sync,
    {
        _ = cx;
        async { Ok(()) }
    }

    /// Always runs last, whatever the end was, also after a start that failed.
    fn on_exit(&self, cx: &Context<Self>, reason: &ExitReason) -> impl Future<Output = DaemonResult> + Send
    where
        Self: Sync,
    {
        _ = (cx, reason);
        async { Ok(()) }
    }

    /// How it is, asked every `health_check_interval` (30 s), within 5 s.
    fn health(&self, cx: &Context<Self>) -> impl Future<Output = HealthReport> + Send
    where
        Self: Sync,
    {
        async { HealthReport::from_stats(&cx.stats()) }
    }
}
