//! Durations that no clock counts.
use ringrift_core::prelude::*;

#[daemon(category = "misc", stall_after = "99999999999999999999s", stop_timeout = "36501d")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
