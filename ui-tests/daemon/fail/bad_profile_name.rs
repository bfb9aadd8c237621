//! A profile has a name without spaces.
use ringrift_core::prelude::*;
#[daemon(category = "misc", profiles = ["", "my laptop"])]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
