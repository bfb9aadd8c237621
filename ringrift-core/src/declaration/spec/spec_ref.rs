//! The one unsafe thing in ringrift.

use std::marker::PhantomData;

use super::DaemonSpec;
use crate::declaration::daemon::Registered;

/// A reference to the `static` spec of a daemon, kept as a raw pointer.
///
/// With a plain reference rustc's validation of a const that holds it follows it into the static
/// and, when two daemons depend on each other, reports its own E0391 before our check can name the
/// daemons.
#[derive(Clone, Copy)]
pub struct SpecRef(*const DaemonSpec);

#[expect(unsafe_code, reason = "made from a `&'static` only, and only ever read")]
// SAFETY: `DaemonSpec` is Sync, and the pointer is never written through.
unsafe impl Sync for SpecRef {}
#[expect(unsafe_code, reason = "as above")]
// SAFETY: as above.
unsafe impl Send for SpecRef {}

impl SpecRef {
    /// Points to the spec of a daemon.
    pub const fn new(spec: &'static DaemonSpec) -> Self {
        Self(spec)
    }

    /// The spec.
    #[expect(unsafe_code, reason = "the way back from `new`")]
    pub const fn get(self) -> &'static DaemonSpec {
        // SAFETY: `new`, the only way to make one, took a `&'static DaemonSpec`.
        unsafe { &*self.0 }
    }
}

/// Finds the spec of `D` without asking whether it is a daemon, which is asked once, elsewhere: an
/// inherent constant goes before that of a trait, where its bounds hold.
pub struct SpecOf<D>(PhantomData<D>);

impl<D: Registered> SpecOf<D> {
    /// Its own.
    pub const SPEC: SpecRef = D::SPEC;
}

/// What is true of any other type.
pub trait NoSpec {
    /// Never read: the program does not compile.
    const SPEC: SpecRef = SpecRef::BROKEN;
}

impl<D> NoSpec for SpecOf<D> {}
