//! A daemon that is not depended on.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Base;
impl Daemon for Base {}

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.daemon::<Base>();
        Ok(())
    }
}

fn main() {}
