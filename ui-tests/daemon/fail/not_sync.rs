//! A daemon is shared between tasks.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha {
    count: std::cell::Cell<u32>,
}
impl Daemon for Alpha {}

fn main() {}
