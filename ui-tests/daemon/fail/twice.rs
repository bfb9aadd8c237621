//! `#[daemon]` twice on one struct.
use ringrift_core::prelude::*;

#[daemon(category = "misc")]
#[daemon(category = "misc", critical)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {
    _ = (Alpha::TYPE, Alpha::instance());
}
