//! `#[daemon]` on an enum, whose hooks and accessors are used.
use ringrift_core::prelude::*;

#[daemon(category = "misc")]
pub enum Alpha {
    One,
}

impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }
}

fn main() {
    _ = (Alpha::One, Alpha::TYPE, Alpha::instance());
}
