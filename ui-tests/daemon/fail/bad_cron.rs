//! A cron line that is wrong.
use ringrift_core::prelude::*;
#[daemon(category = "misc", schedule = "0 25 * * *")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
