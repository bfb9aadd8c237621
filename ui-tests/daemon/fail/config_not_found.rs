//! A section that does not exist.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = Sectoin)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
