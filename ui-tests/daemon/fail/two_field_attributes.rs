//! A field from two places.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = u32)]
struct Alpha {
    #[config]
    #[inject]
    value: u32,
}
impl Daemon for Alpha {}

fn main() {}
