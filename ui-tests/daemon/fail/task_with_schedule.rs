//! A task has no pace.
use ringrift_core::prelude::*;
#[daemon(category = "misc", kind = "task", schedule = "0 3 * * *")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
