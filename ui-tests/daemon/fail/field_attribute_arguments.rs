//! Attributes of fields with wrong arguments.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = Section)]
struct Alpha {
    #[config(Section)]
    one: Section,
    #[inject = 1]
    two: u32,
    #[init]
    three: u32,
    #[init = 3]
    four: u32,
}
impl Daemon for Alpha {}

#[derive(serde::Deserialize)]
struct Section {}

fn main() {}
