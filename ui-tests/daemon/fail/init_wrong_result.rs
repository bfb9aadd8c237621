//! A constructor of something else.
use ringrift_core::prelude::*;
#[daemon(category = "misc", init = Alpha::new)]
struct Alpha;
impl Daemon for Alpha {}

impl Alpha {
    async fn new(_cx: InitContext<Self>) -> DaemonResult<u32> {
        Ok(1)
    }
}

fn main() {}
