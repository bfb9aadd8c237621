//! The constructor is the user's own.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = Section, init = Alpha::new)]
struct Alpha {
    #[config]
    limit: Section,
    #[init(1)]
    count: u32,
}
impl Daemon for Alpha {}

impl Alpha {
    async fn new(_cx: InitContext<Self>) -> DaemonResult<Self> {
        Ok(Self { limit: Section {}, count: 1 })
    }
}

#[derive(serde::Deserialize)]
struct Section {}

fn main() {}
