//! What is not a duration.
use ringrift_core::prelude::*;
#[daemon(category = "misc", cycle = "5 parsecs")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
