//! A duration without a unit.
use ringrift_core::prelude::*;
#[daemon(category = "misc", cycle = 60, stop_timeout = 1.5, backoff = (1, "60s"))]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
