//! A constructor that takes nothing.
use ringrift_core::prelude::*;
#[daemon(category = "misc", init = Alpha::new)]
struct Alpha;
impl Daemon for Alpha {}

impl Alpha {
    async fn new() -> DaemonResult<Self> {
        Ok(Self)
    }
}

fn main() {}
