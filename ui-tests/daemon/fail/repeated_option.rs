//! The same option twice.
use ringrift_core::prelude::*;
#[daemon(category = "misc", cycle = "5m", cycle = "1m", critical, critical)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
