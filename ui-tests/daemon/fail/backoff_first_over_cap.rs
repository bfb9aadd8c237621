//! A backoff whose first delay is the longest.
use ringrift_core::prelude::*;
#[daemon(category = "misc", backoff = ("2m", "60s"))]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
