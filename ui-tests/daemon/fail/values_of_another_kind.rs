//! Text for numbers, and options without their value.
use ringrift_core::prelude::*;
#[daemon(category = "misc", mailbox = "big", max_restarts = "few", concurrency = "much", tz, deprecated)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
