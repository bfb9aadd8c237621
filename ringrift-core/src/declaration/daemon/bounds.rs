//! The traits through which rustc checks the wiring. The macros implement them; users never do.

use super::fields::SectionOf;
use crate::{
    declaration::spec::{SpecRef, check::Level},
    words::event::{Event, EventMeta},
};

/// A struct with `#[daemon]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a daemon",
    label = "not a daemon",
    note = "annotate it with `#[daemon(category = \"..\")]`"
)]
pub trait Registered {
    /// Its declaration.
    const SPEC: SpecRef;

    /// The daemon itself: a way to [`Level`] and [`DependsOn`] through this trait, so that what is no
    /// daemon is reported once. An associated type that named a dependency could leak a private one.
    type Node<X>: Level<X>;
}

/// Asks nothing else.
pub const fn is_daemon<D: Registered>() {}

/// The daemon `D` lists this event in `emits`. On the event's side, because with the bound on the
/// daemon one impl would make rustc infer the event and say "mismatched types".
#[diagnostic::on_unimplemented(
    message = "daemon `{D}` does not declare that it emits `{Self}`",
    label = "`{D}` may not emit this",
    note = "add `{Self}` to `emits = [..]` of `#[daemon]` on `{D}`"
)]
pub trait EmittedBy<D>: Event {}

/// One entry of `DaemonSpec::emits`.
pub const fn emitted<D, E: EmittedBy<D>>() -> fn() -> &'static EventMeta {
    E::meta
}

/// This daemon lists `T` in `depends_on` or `wants`.
#[diagnostic::on_unimplemented(
    message = "daemon `{Self}` does not depend on `{T}`",
    label = "`{T}` is not a dependency of `{Self}`",
    note = "add `{T}` to `depends_on = [..]` or `wants = [..]` of `#[daemon]` on `{Self}`"
)]
pub trait DependsOn<T> {}

/// The daemon that `T::Node` is when `T` is none.
pub struct Unknown(());

/// What is no daemon is reported as that, and not also as no dependency: rustc, which does not know
/// the `T::Node` of it, may take it for this one.
#[diagnostic::do_not_recommend]
impl<D> DependsOn<Unknown> for D {}

/// This daemon has `config = T`.
#[diagnostic::on_unimplemented(
    message = "the configuration of daemon `{Self}` is not a `{T}`",
    label = "`{Self}` has no `config = {T}`",
    note = "add `config = {T}` to `#[daemon]` on `{Self}`"
)]
pub trait ConfiguredBy<T> {
    /// How its section is read.
    const SECTION: SectionOf<T>;
}

/// What a registry entry holds; a path to `E::meta` would report again what is wrong with `E`.
pub const fn meta_of<E: Event>() -> fn() -> &'static EventMeta {
    E::meta
}
