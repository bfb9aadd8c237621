//! What is neither a key nor a value.
use ringrift_core::prelude::*;
#[daemon(category = "misc", 5, ::x)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
