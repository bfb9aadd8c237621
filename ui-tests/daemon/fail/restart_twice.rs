//! Two ways to say the same.
use ringrift_core::prelude::*;
#[daemon(category = "misc", restart = "always", auto_restart = true)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
