//! What is no event.
use ringrift_core::prelude::*;
struct Ping;

#[daemon(category = "misc", emits = [Ping])]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
