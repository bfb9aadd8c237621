//! Counts that are none.
use ringrift_core::prelude::*;
#[daemon(category = "misc", max_restarts = "3", mailbox = -1, concurrency = 5000000000)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
