//! A runner of another daemon.
use ringrift_core::prelude::*;
#[daemon(category = "misc", runner = run)]
struct Alpha;
impl Daemon for Alpha {}

#[daemon(category = "misc")]
struct Base;
impl Daemon for Base {}

async fn run(_: &Base, _: &Context<Base>) -> DaemonResult {
    Ok(())
}

fn main() {}
