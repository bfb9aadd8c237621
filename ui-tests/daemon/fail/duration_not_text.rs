//! What is no duration at all.
use ringrift_core::prelude::*;
#[daemon(category = "misc", cycle = true, jitter = fast, stall_after)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
