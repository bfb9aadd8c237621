//! An `init` that takes more than the `InitContext`.
use ringrift_core::{DaemonResult, InitContext, prelude::*};

#[daemon(category = "misc", init = Alpha::new)]
struct Alpha;
impl Daemon for Alpha {}

impl Alpha {
    async fn new(_cx: InitContext<Self>, _limit: u32) -> DaemonResult<Self> {
        Ok(Self)
    }
}

fn main() {}
