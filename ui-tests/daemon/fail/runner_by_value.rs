//! A runner that wants the context for itself.
use ringrift_core::{Context, DaemonResult, prelude::*};

#[daemon(category = "misc", runner = run)]
struct Alpha;
impl Daemon for Alpha {}

async fn run(_: &Alpha, _: Context<Alpha>) -> DaemonResult {
    Ok(())
}

fn main() {}
