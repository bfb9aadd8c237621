//! A runner that does not exist.
use ringrift_core::prelude::*;
#[daemon(category = "misc", runner = rnu)]
struct Alpha;
impl Daemon for Alpha {}

pub async fn run(_: &Alpha, _: &Context<Alpha>) -> DaemonResult {
    Ok(())
}

fn main() {}
