//! An event that does not exist.
use ringrift_core::prelude::*;
#[daemon(category = "misc", emits = [events::Pnig])]
struct Alpha;
impl Daemon for Alpha {}

mod events {
    pub struct Ping;
}

fn main() {}
