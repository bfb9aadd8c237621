//! Counts that must be at least one.
use ringrift_core::prelude::*;
#[daemon(category = "misc", max_restarts = 0, mailbox = 0, concurrency = 0)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
