//! `impl Daemon` for a struct without `#[daemon]`, whose context is used.
use ringrift_core::prelude::*;

struct Alpha;

impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }
}

fn main() {}
