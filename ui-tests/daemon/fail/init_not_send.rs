//! A constructor whose future is not Send.
use ringrift_core::prelude::*;
#[daemon(category = "misc", init = Alpha::new)]
struct Alpha;
impl Daemon for Alpha {}

impl Alpha {
    async fn new(cx: InitContext<Self>) -> DaemonResult<Self> {
        let one = std::rc::Rc::new(1);
        cx.context().shutdown().cancelled().await;
        drop(one);
        Ok(Self)
    }
}

fn main() {}
