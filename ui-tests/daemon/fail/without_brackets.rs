//! Lists without their brackets.
use ringrift_core::prelude::*;

#[daemon(category = "misc", depends_on = EventRouter, DlqRetry, wants = (EventRouter), emits = &[Ping], profiles = "local")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
