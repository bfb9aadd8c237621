//! A runner that does not take the context.
use ringrift_core::prelude::*;
#[daemon(category = "misc", runner = run)]
struct Alpha;
impl Daemon for Alpha {}

async fn run(_: &Alpha) -> DaemonResult {
    Ok(())
}

fn main() {}
