//! A daemon that is not Sync, and builds itself.
use ringrift_core::{DaemonResult, InitContext, prelude::*};

#[daemon(category = "misc", init = Alpha::new)]
struct Alpha {
    open: std::cell::RefCell<Vec<u32>>,
}

impl Alpha {
    async fn new(_cx: InitContext<Self>) -> DaemonResult<Self> {
        Ok(Self { open: Default::default() })
    }
}

impl Daemon for Alpha {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        self.open.borrow_mut().clear();
        Ok(())
    }
}

fn main() {}
