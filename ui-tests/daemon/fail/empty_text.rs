//! Text that says nothing.
use ringrift_core::prelude::*;
#[daemon(category = "misc", deprecated = "", name = "")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
