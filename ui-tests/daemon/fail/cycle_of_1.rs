//! A daemon that depends on itself.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Alpha])]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
