//! A first value of the wrong type.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha {
    #[init("seven")]
    count: u32,
}
impl Daemon for Alpha {}

fn main() {}
