//! What is never restarted has no limits of restarts.
use ringrift_core::prelude::*;
#[daemon(category = "misc", auto_restart = false, max_restarts = 3)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
