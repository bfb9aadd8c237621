//! A task has no pace.
use ringrift_core::prelude::*;
#[daemon(category = "misc", kind = "task", cycle = "5m")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
