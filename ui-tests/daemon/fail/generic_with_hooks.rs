//! A generic daemon, with hooks.
use ringrift_core::prelude::*;

#[daemon(category = "misc")]
pub struct Alpha<T> {
    pub value: T,
}

impl<T> Daemon for Alpha<T> {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }
}

fn main() {}
