//! A handle to what is no daemon, in a daemon with a dependency.
use ringrift_core::{Handle, prelude::*};

#[daemon(category = "misc", depends_on = [EventRouter])]
struct Alpha {
    #[inject]
    router: Handle<EventRouter>,
    #[inject]
    base: Handle<Base>,
}
impl Daemon for Alpha {}

struct Base;

fn main() {}
