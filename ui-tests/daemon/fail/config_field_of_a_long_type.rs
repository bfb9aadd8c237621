//! A value that can't be provided, of a type with every kind of space in its name.
use ringrift_core::prelude::*;

#[daemon(category = "misc")]
struct Alpha {
    #[config]
    section: Box<dyn Fn(&'static str, u8) -> u8 + Send>,
}
impl Daemon for Alpha {}

fn main() {}
