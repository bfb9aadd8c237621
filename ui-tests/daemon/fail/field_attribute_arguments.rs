//! Attributes of fields with wrong arguments.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = u32)]
struct Alpha {
    #[config(u32)]
    one: u32,
    #[inject = 1]
    two: u32,
    #[init]
    three: u32,
    #[init = 3]
    four: u32,
}
impl Daemon for Alpha {}

fn main() {}
