//! The category has a key.
use ringrift_core::prelude::*;
#[daemon("health")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
