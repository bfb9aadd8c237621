//! Jitter of nothing.
use ringrift_core::prelude::*;
#[daemon(category = "misc", jitter = "5s")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
