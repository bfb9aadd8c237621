//! A field from two places.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = Section)]
struct Alpha {
    #[config]
    #[inject]
    value: Section,
}
impl Daemon for Alpha {}

#[derive(serde::Deserialize)]
struct Section {}

fn main() {}
