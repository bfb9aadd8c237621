//! A section that can't be read.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = Section)]
struct Alpha {
    #[config]
    section: Section,
}

struct Section;
impl Daemon for Alpha {}

fn main() {}
