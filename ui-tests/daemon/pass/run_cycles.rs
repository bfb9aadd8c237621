//! Every way to write a `run_cycle` of one's own counts as one.
use std::future::{Future, pending, ready};

use ringrift_core::prelude::*;

#[daemon(category = "misc", cycle = "1s")]
struct Plain;
impl Daemon for Plain {
    async fn run_cycle(&self, _: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

#[daemon(category = "misc", schedule = "0 3 * * *")]
struct Block;
impl Daemon for Block {
    fn run_cycle(&self, _: &Context<Self>) -> impl Future<Output = DaemonResult> + Send {
        async { Ok(()) }
    }
}

#[daemon(category = "misc", cycle = "1s")]
struct Never;
impl Daemon for Never {
    fn run_cycle(&self, _: &Context<Self>) -> impl Future<Output = DaemonResult> + Send {
        pending()
    }
}

#[daemon(category = "misc", cycle = "1s")]
struct AtOnce;
impl Daemon for AtOnce {
    fn run_cycle(&self, _: &Context<Self>) -> impl Future<Output = DaemonResult> + Send {
        ready(Ok(()))
    }
}

fn main() {}
