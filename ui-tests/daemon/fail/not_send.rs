//! A daemon that is Sync, but not Send.
use ringrift_core::prelude::*;

#[daemon(category = "misc")]
struct Alpha {
    held: Option<std::sync::MutexGuard<'static, u32>>,
}
impl Daemon for Alpha {}

fn main() {}
