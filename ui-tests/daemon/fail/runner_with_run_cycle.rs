//! A runner, and a cycle that would never run.
use ringrift_core::prelude::*;

#[daemon(category = "misc", runner = run)]
struct Alpha;
impl Daemon for Alpha {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

async fn run(_: &Alpha, _: &Context<Alpha>) -> DaemonResult {
    Ok(())
}

fn main() {}
