//! A field that nobody can build.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha {
    games: Games,
}

struct Games;
impl Daemon for Alpha {}

fn main() {}
