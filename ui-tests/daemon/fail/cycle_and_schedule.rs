//! Two paces.
use ringrift_core::prelude::*;
#[daemon(category = "misc", cycle = "5m", schedule = "0 3 * * *")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
