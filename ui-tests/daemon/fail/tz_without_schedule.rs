//! A time zone of nothing.
use ringrift_core::prelude::*;
#[daemon(category = "misc", tz = "UTC", cycle = "5m")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
