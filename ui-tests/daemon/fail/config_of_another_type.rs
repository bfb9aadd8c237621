//! A section of another type than the named one.
use ringrift_core::prelude::*;
use serde::Deserialize;
#[derive(Deserialize)]
struct Section;
#[derive(Deserialize)]
struct Other;

#[daemon(category = "misc", config = Section)]
struct Alpha {
    #[config]
    section: Other,
}
impl Daemon for Alpha {}

fn main() {}
