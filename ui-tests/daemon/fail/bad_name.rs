//! A name that is not in snake case.
use ringrift_core::prelude::*;
#[daemon(category = "misc", name = "Quality-Monitor")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
