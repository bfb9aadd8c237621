//! A comma is missing between two options.
use ringrift_core::prelude::*;
#[daemon(category = "misc", cycle = "5m" jitter = "1s")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
