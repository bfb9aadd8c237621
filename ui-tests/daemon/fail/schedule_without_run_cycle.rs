//! Times, and nothing to do at them: a method of the daemon's own is not the trait's.
use ringrift_core::prelude::*;

#[daemon(category = "misc", schedule = "0 3 * * *")]
struct Alpha;
impl Daemon for Alpha {}

impl Alpha {
    pub async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
