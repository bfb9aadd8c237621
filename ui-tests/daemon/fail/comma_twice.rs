//! Commas with nothing between them.
use ringrift_core::prelude::*;

#[daemon(category = "misc",, profiles = ["a",, "b"])]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
