//! A handle to what is no daemon, asked of the context.
use ringrift_core::{Context, DaemonResult, prelude::*};

#[daemon(category = "misc")]
struct Alpha;

impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.daemon::<Base>();
        Ok(())
    }
}

struct Base;

fn main() {}
