//! A boolean has a value.
use ringrift_core::prelude::*;
#[daemon(category = "misc", auto_restart, register = "no")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
