//! The functions that `init = path` and `runner = path` name.
//!
//! Each trait has a second impl that nothing can use: rustc then looks whether the first applies
//! before it takes it, and says that the function has not the shape, whatever is wrong with it. With
//! one impl alone it would take it, and say of a wrong number of parameters something of its own.
//! That the future is `Send` is not asked here but by the function around it in the macro's output,
//! for which rustc names the line that keeps it from being so.

use std::future::{Future, Ready};

use futures_util::{TryFutureExt, future::ErrInto};

use super::{construct::BuildContext, context::Context, error::DaemonResult};
use crate::delivery::guard::BoxError;

/// The shape of a function that has the right one.
pub struct Fitting(());

/// The shape that no function has.
pub struct Unfitting(());

/// Implemented by nothing.
pub trait Nothing {}

/// What `init = path` names.
#[diagnostic::on_unimplemented(
    message = "the `init` of daemon `{D}` does not have the shape of one",
    label = "not an `async fn(InitContext<{D}>) -> Result<{D}, _>`",
    note = "write `async fn new(cx: InitContext<{D}>) -> DaemonResult<{D}>`; the error may be any that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait Init<D, Shape> {
    /// The daemon on its way.
    type Built: Future<Output = DaemonResult<D>>;

    /// Builds the daemon.
    fn init(self, build: BuildContext<D>) -> Self::Built;
}

#[diagnostic::do_not_recommend]
impl<D, F, Fut, E> Init<D, Fitting> for F
where
    F: FnOnce(BuildContext<D>) -> Fut,
    Fut: Future<Output = Result<D, E>>,
    E: Into<BoxError>,
{
    type Built = ErrInto<Fut, BoxError>;

    fn init(self, build: BuildContext<D>) -> Self::Built {
        self(build).err_into()
    }
}

#[diagnostic::do_not_recommend]
impl<D, F: Nothing> Init<D, Unfitting> for F {
    type Built = Ready<DaemonResult<D>>;

    fn init(self, _: BuildContext<D>) -> Self::Built {
        unreachable!("nothing is `Nothing`")
    }
}

/// Calls `init = path`.
///
/// The function comes last, so that rustc knows the daemon when it looks at it.
pub fn init<D, Shape, F: Init<D, Shape>>(build: BuildContext<D>, init: F) -> F::Built {
    init.init(build)
}

/// What `runner = path` names.
#[diagnostic::on_unimplemented(
    message = "the `runner` of daemon `{D}` does not have the shape of one",
    label = "not an `async fn(&{D}, &Context<{D}>) -> DaemonResult`",
    note = "write `async fn run(daemon: &{D}, cx: &Context<{D}>) -> DaemonResult`"
)]
pub trait Runner<'a, D, Shape> {
    /// The main loop under way.
    type Running: Future<Output = DaemonResult> + 'a;

    /// Runs.
    fn run(self, daemon: &'a D, cx: &'a Context<D>) -> Self::Running;
}

#[diagnostic::do_not_recommend]
impl<'a, D: 'a, F, Fut> Runner<'a, D, Fitting> for F
where
    F: FnOnce(&'a D, &'a Context<D>) -> Fut,
    Fut: Future<Output = DaemonResult> + 'a,
{
    type Running = Fut;

    fn run(self, daemon: &'a D, cx: &'a Context<D>) -> Fut {
        self(daemon, cx)
    }
}

#[diagnostic::do_not_recommend]
impl<'a, D, F: Nothing> Runner<'a, D, Unfitting> for F {
    type Running = Ready<DaemonResult>;

    fn run(self, _: &'a D, _: &'a Context<D>) -> Self::Running {
        unreachable!("nothing is `Nothing`")
    }
}

/// Calls `runner = path`.
pub fn run<'a, D, Shape, F: Runner<'a, D, Shape>>(daemon: &'a D, cx: &'a Context<D>, runner: F) -> F::Running {
    runner.run(daemon, cx)
}
