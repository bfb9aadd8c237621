//! A section that no table of keys can be read as.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = u32)]
struct Alpha {
    #[config]
    port: u32,
}
impl Daemon for Alpha {}

fn main() {}
