//! Durations as the configuration reads them.
use ringrift_core::prelude::*;

#[daemon(category = "misc", stall_after = "7days", stop_timeout = "1h 30m", start_timeout = "1.5s", handler_timeout = "2 min")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
