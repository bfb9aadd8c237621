//! A flag is bare, or a boolean.
use ringrift_core::prelude::*;
#[daemon(category = "misc", critical = "yes", default_off = 1)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
