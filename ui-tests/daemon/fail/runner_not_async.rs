//! A runner that is not async.
use ringrift_core::prelude::*;
#[daemon(category = "misc", runner = run)]
struct Alpha;
impl Daemon for Alpha {}

fn run(_: &Alpha, _: &Context<Alpha>) -> DaemonResult {
    Ok(())
}

fn main() {}
