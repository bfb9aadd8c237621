//! A `:` in the place of an `=`, as in a literal of a struct.
use ringrift_core::prelude::*;

#[daemon(category = "misc", stall_after: "5m", depends_on: [EventRouter], critical)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
