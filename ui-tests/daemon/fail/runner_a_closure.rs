//! A closure in the place of a path.
use ringrift_core::prelude::*;

#[daemon(category = "misc", runner = |daemon, cx| async { Ok(()) }, critical = 1)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
