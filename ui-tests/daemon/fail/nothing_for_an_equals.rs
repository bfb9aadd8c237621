//! Nothing in the place of an `=`.
use ringrift_core::prelude::*;

#[daemon(category "misc", depends_on [EventRouter], restart = "never")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
