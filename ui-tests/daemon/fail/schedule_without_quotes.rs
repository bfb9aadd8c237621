//! A cron line without its quotes.
use ringrift_core::prelude::*;

#[daemon(category = "misc", schedule = 0 3 * * *)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
