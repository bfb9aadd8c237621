//! A backoff that begins at zero.
use ringrift_core::prelude::*;
#[daemon(category = "misc", backoff = ("0s", "60s"))]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
