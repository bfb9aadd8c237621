//! A runner whose future is not Send.
use ringrift_core::prelude::*;
#[daemon(category = "misc", runner = run)]
struct Alpha;
impl Daemon for Alpha {}

async fn run(_: &Alpha, cx: &Context<Alpha>) -> DaemonResult {
    let one = std::rc::Rc::new(1);
    cx.shutdown().cancelled().await;
    drop(one);
    Ok(())
}

fn main() {}
