//! Fields of types that do not exist.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [])]
struct Alpha {
    one: Gmaes,
    #[inject]
    two: Ganes,
}
impl Daemon for Alpha {}

fn main() {}
