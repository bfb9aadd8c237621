//! Every daemon has a category, also without parentheses.
use ringrift_core::prelude::*;
#[daemon]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
