//! What is never restarted has no limits of restarts.
use ringrift_core::prelude::*;
#[daemon(category = "misc", restart = "never", max_restarts = 3, backoff = ("1s", "2s"), restart_reset = "5m", on_exhausted = "fail")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
