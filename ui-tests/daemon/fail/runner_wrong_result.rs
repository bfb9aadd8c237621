//! A runner that returns something else.
use ringrift_core::prelude::*;
#[daemon(category = "misc", runner = run)]
struct Alpha;
impl Daemon for Alpha {}

async fn run(_: &Alpha, _: &Context<Alpha>) -> u32 {
    1
}

fn main() {}
