//! A cron line that can be read, and never fires.
use ringrift_core::prelude::*;
#[daemon(category = "misc", schedule = "0 0 30 2 *")]
struct Alpha;
impl Daemon for Alpha {}

#[daemon(category = "misc", schedule = "0 0 31 Apr,Jun *", tz = "Europe/Berlin")]
struct Beta;
impl Daemon for Beta {}

fn main() {}
