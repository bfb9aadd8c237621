//! What is asked of the types in a handler's signature, each where the user wrote it.

use super::{Context, error::DaemonResult};

/// What a handler returns.
#[diagnostic::on_unimplemented(
    message = "a handler returns `DaemonResult`, and not `{Self}`",
    label = "write `DaemonResult`",
    note = "its error is made by `?` of any std error, of `anyhow` or of a string"
)]
pub trait Returned {
    /// The result.
    fn returned(self) -> DaemonResult;
}

#[diagnostic::do_not_recommend]
impl Returned for DaemonResult {
    #[inline]
    fn returned(self) -> DaemonResult {
        self
    }
}

/// The context that a handler of `D` takes.
#[diagnostic::on_unimplemented(
    message = "a handler of `{D}` takes the context of `{D}`, and not `{Self}`",
    label = "write `Context<Self>`"
)]
pub trait ContextOf<D> {
    /// The context.
    fn of(cx: &Context<D>) -> &Self;
}

#[diagnostic::do_not_recommend]
impl<D> ContextOf<D> for Context<D> {
    #[inline]
    fn of(cx: &Self) -> &Self {
        cx
    }
}

/// The context as what the handler takes.
#[inline]
pub fn context_of<D, Taken: ContextOf<D>>(cx: &Context<D>) -> &Taken {
    Taken::of(cx)
}
