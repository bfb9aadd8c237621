//! A pace, and nothing to do at it.
use ringrift_core::prelude::*;

#[daemon(category = "misc", cycle = "5m")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
