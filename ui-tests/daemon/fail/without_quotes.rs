//! Text without its quotes.
use ringrift_core::prelude::*;

#[daemon(category = misc, name = alpha_daemon, restart = never, stall_after = 5m, stop_timeout = 1h 30m, profiles = [local])]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
