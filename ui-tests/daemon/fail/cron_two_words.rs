//! A cron line in words.
use ringrift_core::prelude::*;
#[daemon(category = "misc", schedule = "every day")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
