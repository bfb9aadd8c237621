//! Two signs in the place of an `=`.
use ringrift_core::prelude::*;

#[daemon(category == "misc", stall_after => "5m")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
