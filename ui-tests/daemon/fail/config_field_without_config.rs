//! A section whose type is not named.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha {
    #[config]
    section: Section,
}

struct Section;
impl Daemon for Alpha {}

fn main() {}
