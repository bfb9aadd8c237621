//! A runner has no cycles.
use ringrift_core::prelude::*;
#[daemon(category = "misc", runner = run, cycle = "5m", cycle_timeout = "1m")]
struct Alpha;
impl Daemon for Alpha {}

async fn run(_: &Alpha, _: &Context<Alpha>) -> DaemonResult {
    Ok(())
}

fn main() {}
