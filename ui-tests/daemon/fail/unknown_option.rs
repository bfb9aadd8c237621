//! An option that does not exist, and one that is near to no other.
use ringrift_core::prelude::*;
#[daemon(category = "misc", cylce = "5m", colour = "red")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
