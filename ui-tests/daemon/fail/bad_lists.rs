//! Lists that are none.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = Base, emits(Ping), profiles = "local")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
