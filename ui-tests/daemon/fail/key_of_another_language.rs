//! Keys that are no Rust names, and one in capitals.
use ringrift_core::prelude::*;

#[daemon(Category = "misc", stall-after = "5m", stop.timeout = "5s")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
