//! The constructor is the user's own.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = u32, init = Alpha::new)]
struct Alpha {
    #[config]
    limit: u32,
    #[init(1)]
    count: u32,
}
impl Daemon for Alpha {}

impl Alpha {
    async fn new(_cx: InitContext<Self>) -> DaemonResult<Self> {
        Ok(Self { limit: 1, count: 1 })
    }
}

fn main() {}
