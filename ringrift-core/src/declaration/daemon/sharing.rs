//! Whether a daemon can be shared between threads, asked without being told so by rustc: it would
//! report a daemon that can't once for its `impl Daemon`, and once for every hook and handler.
//!
//! `Send` and `Sync` are therefore no supertraits of [`Daemon`]; its hooks assume them, and the
//! constants below, of which an inherent one goes before that of a trait where its bounds hold, lead
//! to one message at the struct.

use std::marker::PhantomData;

use super::{Daemon, own_cycle};
use crate::declaration::{
    live::incarnation::{Build, build},
    spec::broken,
};

/// What the spec of a daemon can only know of one that can be shared.
pub struct BuildFn {
    /// How it is built.
    pub(crate) build: Build,
    /// Whether `run_cycle` is its own: a function, since rustc would lay out the future of every daemon while
    /// it checks the program.
    pub(crate) has_cycle: fn() -> bool,
}

/// Knows of a type whether it can be shared.
pub struct Sharing<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized + Send + Sync> Sharing<T> {
    /// It can.
    pub const IS_SHARED: bool = true;
}

impl<D: Daemon + Send + Sync + 'static> Sharing<D> {
    /// By its constructor.
    pub const BUILD: BuildFn =
        BuildFn { build: build::<D>, has_cycle: || own_cycle::is_own(&<D as Daemon>::run_cycle) };
    /// Whether `run_cycle` is its own.
    pub const HAS_CYCLE: Option<bool> = Some(own_cycle::is_own(&<D as Daemon>::run_cycle));
}

/// What is true of any other type.
pub trait NotShared {
    /// It can't.
    const IS_SHARED: bool = false;
    /// Never called: the program does not compile.
    const BUILD: BuildFn = broken::BUILD;
    /// Unknown, and reported as something else.
    const HAS_CYCLE: Option<bool> = None;
}

impl<T: ?Sized> NotShared for Sharing<T> {}
