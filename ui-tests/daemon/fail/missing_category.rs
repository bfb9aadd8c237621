//! Every daemon has a category.
use ringrift_core::prelude::*;
#[daemon(cycle = "5m")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
