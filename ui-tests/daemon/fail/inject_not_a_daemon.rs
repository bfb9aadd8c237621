//! A handle to what is no daemon.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha {
    #[inject]
    base: Handle<Base>,
}

struct Base;
impl Daemon for Alpha {}

fn main() {}
