//! A daemon is shared between tasks; its hooks borrow it.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha {
    count: std::cell::Cell<u32>,
}

impl Daemon for Alpha {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        self.count.set(1);
        Ok(())
    }
}

fn main() {}
