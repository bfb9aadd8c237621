//! A handle that is not injected.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [EventRouter])]
struct Alpha {
    router: Handle<EventRouter>,
}

#[daemon(category = "event")]
struct EventRouter;
impl Daemon for EventRouter {}
impl Daemon for Alpha {}

fn main() {}
