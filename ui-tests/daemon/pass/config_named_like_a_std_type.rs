//! A struct of one's own may have the name of a type of the standard library.
use ringrift_core::prelude::*;

mod settings {
    #[derive(serde::Deserialize)]
    pub struct String {
        pub length: u32,
    }
}

#[daemon(category = "misc", config = settings::String)]
struct Alpha {
    #[config]
    section: settings::String,
}
impl Daemon for Alpha {
    async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
        assert!(self.section.length > 0);
        Ok(())
    }
}

fn main() {}
