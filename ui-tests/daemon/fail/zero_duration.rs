//! Durations that must be longer than zero.
use ringrift_core::prelude::*;
#[daemon(category = "misc", cycle = "0s", jitter = "0ms", cycle_timeout = "0s", handler_timeout = "0s", start_timeout = "0s", stop_timeout = "0s", stall_after = "0s", restart_reset = "0s", health_check_interval = "0s")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
