//! Names of events and daemons, where their types are meant.
use ringrift_core::prelude::*;

#[daemon(category = "misc", depends_on = ["event_router", "crate::sync::AutoSync"], wants = "dlq_retry", emits = ["GAME_PLAYED"])]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
