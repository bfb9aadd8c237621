//! Words that an option does not know.
use ringrift_core::prelude::*;
#[daemon(category = "misc", restart = "on-failure", on_exhausted = "explode", on_unhealthy = "restrat", overflow = "drop", kind = "job")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
