//! A constructor that does not exist.
use ringrift_core::prelude::*;
#[daemon(category = "misc", init = Alpha::assembled)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
