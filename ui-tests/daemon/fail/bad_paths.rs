//! A path to a function, a type, a crate.
use ringrift_core::prelude::*;
#[daemon(category = "misc", runner = "run", init = |cx| 1, config = 3, crate = "ringrift")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
