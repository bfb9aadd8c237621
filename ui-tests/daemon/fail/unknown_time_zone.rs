//! A time zone that does not exist.
use ringrift_core::prelude::*;
#[daemon(category = "misc", schedule = "0 3 * * *", tz = "Europe/Berlni")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
