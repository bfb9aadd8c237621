//! A constructor whose error is none.
use ringrift_core::prelude::*;
#[daemon(category = "misc", init = Alpha::new)]
struct Alpha;
impl Daemon for Alpha {}

impl Alpha {
    async fn new(_cx: InitContext<Self>) -> Result<Self, u32> {
        Ok(Self)
    }
}

fn main() {}
