//! A constructor that is not async.
use ringrift_core::prelude::*;
#[daemon(category = "misc", init = Alpha::new)]
struct Alpha;
impl Daemon for Alpha {}

impl Alpha {
    fn new(_cx: InitContext<Self>) -> DaemonResult<Self> {
        Ok(Self)
    }
}

fn main() {}
