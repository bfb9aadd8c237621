//! A runner without parameters.
use ringrift_core::{DaemonResult, prelude::*};

#[daemon(category = "misc", runner = runs::run)]
struct Alpha;
impl Daemon for Alpha {}

mod runs {
    pub async fn run() -> super::DaemonResult {
        Ok(())
    }
}

fn main() {}
