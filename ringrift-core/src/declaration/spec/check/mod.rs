//! The checks that rustc runs while it compiles the user's program: no dependency cycle, closed
//! profiles, event names that are those of their payloads, state that threads can share.
//!
//! Const evaluation runs about a million steps a second, so the walk for a cycle is bounded: a
//! breadth-first search that remembers its way and can name it. Beyond, `LEVEL`, which rustc
//! memoises, is linear and complete, and a cycle there is its own E0391.

mod level;
mod own_cycle;
mod profiles;
mod shared;
mod subscription;
mod text;
mod walk;

pub(crate) use self::walk::name_id;
use self::{
    level::level,
    profiles::check_profiles,
    walk::{Walk, panic_with_cycle, walk},
};
pub use self::{
    level::{Level, max_level},
    own_cycle::check_cycle,
    shared::{SharedField, check_shared},
    subscription::{Subscription, kept, sub},
};
use crate::declaration::daemon::Registered;

/// All checks of one daemon's place in the wiring.
#[track_caller]
pub const fn check<D: Registered + Level<()>>() {
    let spec = D::SPEC.get();
    match walk(spec) {
        Walk::Acyclic => {}
        Walk::Exhausted => _ = level::<D>(),
        Walk::Cycle(path, length) => panic_with_cycle(spec, &path, length),
    }
    check_profiles(spec);
}
