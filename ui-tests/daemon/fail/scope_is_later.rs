//! An option of a later version.
use ringrift_core::prelude::*;
#[daemon(category = "misc", scope = "node")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
