//! One key of a section in the place of the section.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha {
    #[config]
    port: u32,
}
impl Daemon for Alpha {}

fn main() {}
