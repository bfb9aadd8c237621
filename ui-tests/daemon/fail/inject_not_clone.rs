//! A value that can't be cloned for each daemon.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha {
    #[inject]
    games: Games,
}

struct Games;
impl Daemon for Alpha {}

fn main() {}
