//! Units that are none.
use ringrift_core::prelude::*;

#[daemon(category = "misc", stall_after = "5mn", stop_timeout = "5m30", start_timeout = "300MS")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
