//! A backoff that is no pair.
use ringrift_core::prelude::*;
#[daemon(category = "misc", backoff = "1s")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
